import type { Planar } from '../../audio/block.ts';

/** Keeps a copy of a signal, late by a number of frames, in arrays of its own. */
export class DryLine {
  readonly #latency: number;
  /** The last `latency` frames, and behind them those of the present block. */
  #lines: readonly Float32Array[];
  /** Frames of the present block. */
  #frames = 0;

  constructor(channels: number, latency: number) {
    this.#latency = latency;
    this.#lines = Array.from({ length: channels }, () => new Float32Array(latency));
  }

  /** Takes the next frames and gives arrays that begin with as many, late; they are valid until the next call. */
  push(source: Planar, frames: number): Planar {
    const latency = this.#latency;
    const before = this.#lines;
    if (before.some(({ length }) => length < latency + frames)) {
      this.#lines = before.map(() => new Float32Array(latency + frames));
    }
    for (const [c, line] of this.#lines.entries()) {
      line.set(before[c].subarray(this.#frames, this.#frames + latency));
      line.set(source[c].subarray(0, frames), latency);
    }
    this.#frames = frames;
    return this.#lines;
  }
}
