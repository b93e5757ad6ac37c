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

/** Bytes of one channel, on their way. */
interface Way {
  readonly source: Buffer;
  readonly target: Buffer;
}

/** Each channel in the ring, as bytes. */
function ringBytes({ samples, channels, capacity }: RingMemory): Buffer[] {
  const bytes = capacity * 4;
  return Array.from({ length: channels }, (_, n) => Buffer.from(samples, n * bytes, bytes));
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

/** One side of frames on their way from one thread to one other, without locks: each side writes its own count. */
class RingEnd {
  readonly #ways: readonly Way[];
  readonly #capacity: number;
  /** Modulo 2^32, so only their difference says something. */
  readonly #counts: Int32Array<SharedArrayBuffer>;
  readonly #which: typeof PUSHED | typeof POPPED;
  /** Frame of the ring at which this side stands. */
  #at: number;

  constructor(
    { counts, capacity, held }: RingMemory,
    which: typeof PUSHED | typeof POPPED,
    ways: readonly Way[],
  ) {
    this.#ways = ways;
    this.#capacity = capacity;
    this.#counts = new Int32Array(counts);
    this.#which = which;
    this.#at = which === PUSHED ? held % capacity : 0;
  }

  /** Frames that stand in the ring. */
  get frames(): number {
    return (Atomics.load(this.#counts, PUSHED) - Atomics.load(this.#counts, POPPED)) | 0;
  }

  /** Copies frames between the ring and the front of the arrays of this side, and counts them. */
  protected move(frames: number): void {
    for (let done = 0; done < frames; ) {
      const taken = Math.min(frames - done, this.#capacity - this.#at);
      const [from, to] = this.#which === PUSHED ? [done, this.#at] : [this.#at, done];
      for (const { source, target } of this.#ways) {
        // Copies as the system does; `set` takes shared memory word by word, and by the byte where a word is cut.
        target.fill(source.subarray(from * 4, (from + taken) * 4), to * 4, (to + taken) * 4);
      }
      this.#at = (this.#at + taken) % this.#capacity;
      done += taken;
    }
    Atomics.add(this.#counts, this.#which, frames);
  }
}

/** Where frames go in. Who pushes has made sure of the room: all that is under way in a relay fits into each of its rings. */
export class RingWriter extends RingEnd {
  /** Takes them from the front of `planar`. */
  constructor(memory: RingMemory, planar: Planar) {
    const ring = ringBytes(memory);
    super(
      memory,
      PUSHED,
      planar.map((array, n) => ({ source: bytesOf(array), target: ring[n] })),
    );
  }

  push(frames: number): void {
    this.move(frames);
  }
}

/** Where frames come out. */
export class RingReader extends RingEnd {
  /** Gives them to the front of `planar`. */
  constructor(memory: RingMemory, planar: Planar) {
    const ring = ringBytes(memory);
    super(
      memory,
      POPPED,
      planar.map((array, n) => ({ source: ring[n], target: bytesOf(array) })),
    );
  }

  /** Moves frames, which must be there. */
  pop(frames: number): void {
    this.move(frames);
  }
}
