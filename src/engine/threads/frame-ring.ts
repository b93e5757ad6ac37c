import type { Planar } from '../../audio/block.ts';

/** Of the two counts in shared memory. */
const [PUSHED, POPPED] = [0, 1];

/** What a ring is made of, to be handed to another thread. */
export interface RingMemory {
  readonly samples: SharedArrayBuffer;
  readonly counts: SharedArrayBuffer;
  readonly channels: number;
  /** Frames that are copied at a time: an even number. */
  readonly page: number;
  /** Most frames that it holds: whole pages. */
  readonly capacity: number;
}

/** Memory for a ring of so many pages, in the first of which silence stands ready. */
export function ringMemory(channels: number, page: number, pages: number, heldPages: number): RingMemory {
  const capacity = page * pages;
  const counts = new SharedArrayBuffer(8);
  new Int32Array(counts)[PUSHED] = heldPages * page;
  return { samples: new SharedArrayBuffer(channels * capacity * 4), counts, channels, page, capacity };
}

/**
 * One side of frames on their way from one thread to one other, without locks: each side writes its own count. They cross in
 * whole pages, because shared memory is copied byte by byte, four times as slowly, from or to an odd frame.
 */
class RingEnd {
  readonly page: number;
  protected readonly ring: Planar;
  protected readonly capacity: number;
  /** The page on this side: frames `from` to `to` of it wait. */
  protected readonly own: Planar;
  protected from = 0;
  protected to = 0;
  /** Modulo 2^32, so only their difference says something. */
  readonly #counts: Int32Array<SharedArrayBuffer>;

  constructor({ samples, counts, channels, page, capacity }: RingMemory) {
    const each = Array.from({ length: channels }, (_, n) => n);
    this.page = page;
    this.capacity = capacity;
    this.ring = each.map((n) => new Float32Array(samples, n * capacity * 4, capacity));
    this.own = each.map(() => new Float32Array(page));
    this.#counts = new Int32Array(counts);
  }

  /** Frames that have crossed and wait on the other side. */
  protected get crossed(): number {
    return (Atomics.load(this.#counts, PUSHED) - Atomics.load(this.#counts, POPPED)) | 0;
  }

  protected count(which: number, frames: number): void {
    Atomics.add(this.#counts, which, frames);
  }
}

/** Where frames go in. Who pushes has made sure of the room: all that is under way in a relay fits into each of its rings. */
export class RingWriter extends RingEnd {
  /** Frame of the ring at which the page begins that fills. */
  #at: number;

  constructor(memory: RingMemory, heldPages = 0) {
    super(memory);
    this.#at = (heldPages * memory.page) % memory.capacity;
  }

  /** Frames up to the end of a page: pushed so, whole pages cross without a stop on this side. */
  get span(): number {
    return this.page - this.to;
  }

  /** Takes frames; those of full pages cross, at once. */
  push(source: Planar, frames: number): void {
    for (let done = 0; done < frames; ) {
      const taken = Math.min(this.page - this.to, frames - done);
      if (taken === this.page) {
        this.#cross(source, done, taken);
      } else {
        copy(this.own, this.to, source, done, taken);
        this.to += taken;
        if (this.to === this.page) this.publish();
      }
      done += taken;
    }
  }

  /** Lets all frames cross that were pushed. */
  publish(): void {
    if (this.to > this.from) this.#cross(this.own, this.from, this.to - this.from);
  }

  /** Copies frames to where the ring stands. */
  #cross(source: Planar, start: number, frames: number): void {
    copy(this.ring, this.#at + this.from, source, start, frames);
    this.from += frames;
    if (this.from === this.page) {
      this.#at = (this.#at + this.page) % this.capacity;
      this.from = 0;
      this.to = 0;
    }
    this.count(PUSHED, frames);
  }
}

/** Where frames come out. */
export class RingReader extends RingEnd {
  /** Frame of the ring at which those begin that are still on the other side. */
  #at = 0;

  /** Frames that can be popped. */
  get frames(): number {
    return this.to - this.from + this.crossed;
  }

  /** Frames up to the end of a page: as many as are popped the fastest. */
  get span(): number {
    return this.to > this.from ? this.to - this.from : this.page - (this.#at % this.page);
  }

  /** Moves frames, which must be there, to the front of `target`. */
  pop(target: Planar, frames: number): void {
    for (let done = 0; done < frames; ) {
      if (this.to === this.from && frames - done >= this.page && this.#at % this.page === 0) {
        copy(target, done, this.ring, this.#at, this.page);
        this.#advance(this.page);
        done += this.page;
        continue;
      }
      if (this.to === this.from) this.#load();
      const taken = Math.min(this.to - this.from, frames - done);
      copy(target, done, this.own, this.from, taken);
      this.from += taken;
      done += taken;
    }
  }

  /** Takes what is there of the next page to this side. */
  #load(): void {
    const frames = Math.min(this.crossed, this.page - (this.#at % this.page));
    copy(this.own, 0, this.ring, this.#at, frames);
    this.from = 0;
    this.to = frames;
    this.#advance(frames);
  }

  #advance(frames: number): void {
    this.#at = (this.#at + frames) % this.capacity;
    this.count(POPPED, frames);
  }
}

function copy(target: Planar, at: number, source: Planar, from: number, frames: number): void {
  for (let n = 0; n < target.length; n++) target[n].set(source[n].subarray(from, from + frames), at);
}
