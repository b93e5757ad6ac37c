import type { Planar } from '../../audio/block.ts';

/** Of the two counts in shared memory. */
const PUSHED = 0;
const POPPED = 1;

/** What a ring is made of, to be handed to another thread. */
export interface RingMemory {
  readonly samples: SharedArrayBuffer;
  readonly counts: SharedArrayBuffer;
  readonly channels: number;
  /** Most frames that it holds. */
  readonly capacity: number;
  /** Frames of silence that stood in it at first. */
  readonly held: number;
}

/** Memory for a ring of so many frames, with silence standing ready in the first `held`. */
export function ringMemory(channels: number, capacity: number, held: number): RingMemory {
  const counts = new SharedArrayBuffer(8);
  new Int32Array(counts)[PUSHED] = held;
  return { samples: new SharedArrayBuffer(channels * capacity * 4), counts, channels, capacity, held };
}

/** One side of frames on their way from one thread to one other, without locks: each side writes its own count. */
class RingEnd {
  readonly #capacity: number;
  /** Each channel in the ring, and where it comes from or goes to on this side. */
  readonly #channels: readonly { readonly ring: Buffer; readonly own: Buffer }[];
  /** Modulo 2^32, so only their difference says something. */
  readonly #counts: Int32Array<SharedArrayBuffer>;
  /** Frame of the ring at which this side stands. */
  #at: number;

  constructor({ samples, counts, capacity }: RingMemory, planar: Planar, at: number) {
    this.#capacity = capacity;
    this.#channels = planar.map(({ buffer, byteOffset, byteLength }, n) => ({
      ring: Buffer.from(samples, n * capacity * 4, capacity * 4),
      own: Buffer.from(buffer, byteOffset, byteLength),
    }));
    this.#counts = new Int32Array(counts);
    this.#at = at % capacity;
  }

  /** Frames that stand in the ring. */
  get frames(): number {
    return (Atomics.load(this.#counts, PUSHED) - Atomics.load(this.#counts, POPPED)) | 0;
  }

  /** Copies frames from or to the front of the arrays of this side, and counts them. */
  protected move(frames: number, which: typeof PUSHED | typeof POPPED): void {
    for (let done = 0; done < frames; ) {
      const taken = Math.min(frames - done, this.#capacity - this.#at);
      for (const { ring, own } of this.#channels) {
        if (which === PUSHED) copy(ring, this.#at, own, done, taken);
        else copy(own, done, ring, this.#at, taken);
      }
      this.#at = (this.#at + taken) % this.#capacity;
      done += taken;
    }
    Atomics.add(this.#counts, which, frames);
  }
}

/** Where frames go in. Who pushes has made sure of the room: all that is under way in a relay fits into each of its rings. */
export class RingWriter extends RingEnd {
  /** Takes them from the front of `planar`. */
  constructor(memory: RingMemory, planar: Planar) {
    super(memory, planar, memory.held);
  }

  push(frames: number): void {
    this.move(frames, PUSHED);
  }
}

/** Where frames come out. */
export class RingReader extends RingEnd {
  /** Gives them to the front of `planar`. */
  constructor(memory: RingMemory, planar: Planar) {
    super(memory, planar, 0);
  }

  /** Moves frames, which must be there. */
  pop(frames: number): void {
    this.move(frames, POPPED);
  }
}

/** `fill`, because it copies as the system does; `set` takes shared memory word by word, and by the byte off a word's edge. */
function copy(target: Buffer, at: number, source: Buffer, from: number, frames: number): void {
  target.fill(source.subarray(from * 4, (from + frames) * 4), at * 4, (at + frames) * 4);
}
