import type { Planar } from '../../audio/block.ts';

/** Keeps a copy of a signal, late by a number of frames, in arrays of its own. */
export class DryRing {
  readonly #rings: readonly Float32Array[];
  readonly #latency: number;
  #dry: readonly Float32Array[];
  #position = 0;

  constructor(channels: number, latency: number) {
    this.#latency = latency;
    this.#rings = Array.from({ length: channels }, () => new Float32Array(latency));
    this.#dry = this.#rings.map(() => new Float32Array(0));
  }

  /** Takes the next frames and gives as many, late; they are valid until the next call. */
  push(source: Planar, frames: number): Planar {
    if (this.#dry.some(({ length }) => length < frames)) {
      this.#dry = this.#rings.map(() => new Float32Array(frames));
    }
    for (let c = 0; c < source.length; c++) {
      const [ring, dry] = [this.#rings[c], this.#dry[c]];
      if (this.#latency === 0) dry.set(source[c].subarray(0, frames));
      else
        for (let i = 0; i < frames; i++) {
          const at = (this.#position + i) % this.#latency;
          dry[i] = ring[at];
          ring[at] = source[c][i];
        }
    }
    if (this.#latency > 0) this.#position = (this.#position + frames) % this.#latency;
    return this.#dry;
  }
}
