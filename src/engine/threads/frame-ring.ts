import type { Planar } from '../../audio/block.ts';

/** Of the two counts in shared memory. */
const [PUSHED, POPPED] = [0, 1];

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

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

/** One side of frames on their way from one thread to one other, without locks: each side writes its own count. */
class RingEnd {
  protected readonly capacity: number;
  /** Each channel in the ring, and where it comes from or goes to on this side. */
  protected readonly channels: readonly { readonly ring: Buffer; readonly own: Buffer }[];
  /** Modulo 2^32, so only their difference says something. */
  readonly #counts: Int32Array<SharedArrayBuffer>;

  constructor({ samples, counts, capacity }: RingMemory, planar: Planar) {
    this.capacity = capacity;
    this.channels = planar.map((own, n) => ({
      ring: Buffer.from(samples, n * capacity * 4, capacity * 4),
      own: bytesOf(own),
    }));
    this.#counts = new Int32Array(counts);
  }

  /** Frames that stand in the ring. */
  get frames(): number {
    return (Atomics.load(this.#counts, PUSHED) - Atomics.load(this.#counts, POPPED)) | 0;
  }

  protected count(which: number, frames: number): void {
    Atomics.add(this.#counts, which, frames);
  }
}

/** Where frames go in. Who pushes has made sure of the room: all that is under way in a relay fits into each of its rings. */
export class RingWriter extends RingEnd {
  #at: number;

  /** Takes them from the front of `planar`. */
  constructor(memory: RingMemory, planar: Planar) {
    super(memory, planar);
    this.#at = memory.held % memory.capacity;
  }

  push(frames: number): void {
    const first = Math.min(frames, this.capacity - this.#at);
    for (const { ring, own } of this.channels) {
      copy(ring, this.#at, own, 0, first);
      if (first < frames) copy(ring, 0, own, first, frames - first);
    }
    this.#at = (this.#at + frames) % this.capacity;
    this.count(PUSHED, frames);
  }
}

/** Where frames come out. */
export class RingReader extends RingEnd {
  #at = 0;

  /** Moves frames, which must be there, to the front of the arrays it was made for. */
  pop(frames: number): void {
    const first = Math.min(frames, this.capacity - this.#at);
    for (const { ring, own } of this.channels) {
      copy(own, 0, ring, this.#at, first);
      if (first < frames) copy(own, first, ring, 0, frames - first);
    }
    this.#at = (this.#at + frames) % this.capacity;
    this.count(POPPED, frames);
  }
}

/** `fill`, because it copies as the system does; `set` takes shared memory word by word, and by the byte off a word's edge. */
function copy(target: Buffer, at: number, source: Buffer, from: number, frames: number): void {
  target.fill(source.subarray(from * 4, (from + frames) * 4), at * 4, (at + frames) * 4);
}
