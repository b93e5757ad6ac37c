/** Wakes one thread that sleeps for want of work, whoever has some. Lives in shared memory. */
export class Bell {
  /** For a `Bell` of the same rings on another thread. */
  readonly memory: SharedArrayBuffer;
  readonly #rings: Int32Array<SharedArrayBuffer>;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(4)) {
    this.memory = memory;
    this.#rings = new Int32Array(memory);
  }

  /** How often it has rung; counts around. */
  get rings(): number {
    return Atomics.load(this.#rings, 0);
  }

  ring(): void {
    Atomics.add(this.#rings, 0, 1);
    Atomics.notify(this.#rings, 0);
  }

  /** Sleeps until it has rung more often than `heard`, read before looking for work; false when `ms` have passed. */
  wait(heard: number, ms = Number.POSITIVE_INFINITY): boolean {
    return Atomics.wait(this.#rings, 0, heard, ms) !== 'timed-out';
  }
}

/** Rings for frames that come page by page, for many at a time: to wake a thread takes longer than a page. */
export class PatientBell {
  readonly #bell: Bell;
  readonly #every: number;
  #frames = 0;

  /** `every` so many frames. */
  constructor(bell: Bell, every: number) {
    this.#bell = bell;
    this.#every = every;
  }

  add(frames: number): void {
    this.#frames += frames;
    if (this.#frames >= this.#every) this.ring();
  }

  /** Rings for what there is: whoever goes to sleep does so first. */
  ring(): void {
    this.#frames = 0;
    this.#bell.ring();
  }
}
