import type { Planar } from '../../audio/block.ts';
import { copyInto } from '../gain/gain.ts';
import type { KernelMemory, Kernels } from '../kernel-memory.ts';
import { GUARD_LIMIT } from './guard.ts';
import { largestMagnitude } from './level.ts';

/** Audio for a meter that must not be poisoned and may not touch it: what no guard would pass reads as 0. */
export class ValidSamples {
  /** The highest sample of each channel of the last call. */
  readonly peaks: Float64Array;
  readonly #kernels: Kernels | null;
  readonly #copies: Planar;
  readonly #views: Float32Array[];

  constructor(memory: KernelMemory, channels: number, maxFrames: number) {
    this.peaks = new Float64Array(channels);
    this.#kernels = memory.kernels;
    this.#copies = memory.planar(channels, maxFrames);
    this.#views = [...this.#copies];
  }

  /** The channels themselves where all is well, copies of them where not. Valid until the next call. */
  of(channels: Planar, frames: number): Planar {
    for (let n = 0; n < channels.length; n++) {
      this.#views[n] = channels[n];
      this.peaks[n] = largestMagnitude(this.#kernels, channels[n], frames);
      if (this.peaks[n] <= GUARD_LIMIT) continue;
      this.#views[n] = this.#cleaned(channels[n], this.#copies[n], frames);
      this.peaks[n] = largestMagnitude(this.#kernels, this.#copies[n], frames);
    }
    return this.#views;
  }

  #cleaned(x: Float32Array, copy: Float32Array, frames: number): Float32Array {
    copyInto(this.#kernels, copy, x, frames);
    for (let i = 0; i < frames; i++) if (!(Math.abs(copy[i]) <= GUARD_LIMIT)) copy[i] = 0;
    return copy;
  }
}
