import type { Planar } from '../audio/block.ts';

/** Of the two counts in shared memory. */
const [PUSHED, POPPED] = [0, 1];

/** What a ring is made of, to be handed to another thread. */
export interface RingMemory {
  readonly samples: SharedArrayBuffer;
  readonly counts: SharedArrayBuffer;
  readonly channels: number;
  /** Most frames that it holds. */
  readonly capacity: number;
}

/** Memory for a ring in which `held` frames of silence stand. */
export function ringMemory(channels: number, capacity: number, held: number): RingMemory {
  const counts = new SharedArrayBuffer(8);
  new Int32Array(counts)[PUSHED] = held;
  return { samples: new SharedArrayBuffer(channels * capacity * 4), counts, channels, capacity };
}

/**
 * Frames on their way from one thread to one other, without locks: each side writes its own count. Who pushes has made
 * sure of the room: all that is under way in a relay fits into each of its rings.
 */
export class FrameRing {
  readonly #channels: Planar;
  readonly #capacity: number;
  /** Modulo 2^32, so only their difference says something. */
  readonly #counts: Int32Array<SharedArrayBuffer>;
  /** Where this side goes on. */
  #at: number;

  /** The pushing side begins behind the frames that are `held`, the popping side before them. */
  constructor({ samples, counts, channels, capacity }: RingMemory, held = 0) {
    this.#channels = Array.from(
      { length: channels },
      (_, n) => new Float32Array(samples, n * capacity * 4, capacity),
    );
    this.#capacity = capacity;
    this.#counts = new Int32Array(counts);
    this.#at = held % capacity;
  }

  /** Frames that can be popped. */
  get frames(): number {
    return (Atomics.load(this.#counts, PUSHED) - Atomics.load(this.#counts, POPPED)) | 0;
  }

  push(source: Planar, frames: number): void {
    const first = Math.min(frames, this.#capacity - this.#at);
    for (let n = 0; n < source.length; n++) {
      copy(this.#channels[n], this.#at, source[n], 0, first);
      copy(this.#channels[n], 0, source[n], first, frames - first);
    }
    this.#advance(PUSHED, frames);
  }

  pop(target: Planar, frames: number): void {
    const first = Math.min(frames, this.#capacity - this.#at);
    for (let n = 0; n < target.length; n++) {
      copy(target[n], 0, this.#channels[n], this.#at, first);
      copy(target[n], first, this.#channels[n], 0, frames - first);
    }
    this.#advance(POPPED, frames);
  }

  #advance(count: number, frames: number): void {
    this.#at = (this.#at + frames) % this.#capacity;
    Atomics.add(this.#counts, count, frames);
  }
}

/** Sample by sample: on shared memory `set` goes byte by byte, four times as slowly, from or to an odd frame. */
function copy(target: Float32Array, at: number, source: Float32Array, from: number, frames: number): void {
  for (let i = 0; i < frames; i++) target[at + i] = source[from + i];
}
