import type { Planar } from '../audio/block.ts';

/** Frames that wait, first in, first out, in arrays of fixed size. */
export class PlanarQueue {
  readonly #channels: readonly Float32Array[];
  #frames = 0;

  /** `capacity` in frames. */
  constructor(channels: number, capacity: number) {
    this.#channels = Array.from({ length: channels }, () => new Float32Array(capacity));
  }

  get frames(): number {
    return this.#frames;
  }

  /** The waiting frames; valid until the next call. */
  get channels(): Planar {
    return this.#channels;
  }

  /** Takes frames `from` to `to` of a signal. */
  push(source: Planar, from: number, to: number): void {
    for (let n = 0; n < this.#channels.length; n++) {
      this.#channels[n].set(source[n].subarray(from, to), this.#frames);
    }
    this.#frames += to - from;
  }

  /** Moves up to `most` frames to the front of `target`, or drops them without one, and says how many. */
  shift(target: Planar | null, most: number): number {
    const frames = Math.min(most, this.#frames);
    for (let n = 0; n < this.#channels.length; n++) {
      target?.[n].set(this.#channels[n].subarray(0, frames));
      this.#channels[n].copyWithin(0, frames, this.#frames);
    }
    this.#frames -= frames;
    return frames;
  }
}
