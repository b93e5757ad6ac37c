import type { Planar } from '../../audio/block.ts';
import { DITHER_UNITS, tpdfDraw } from '../../dsp/dither/dither.ts';
import { dbToGain } from '../../dsp/elementary.ts';

/** What is heard when there is no programme; it never ends. */
export interface Fallback {
  /** Puts its next `frames` frames into `target`. */
  fill(target: Planar, frames: number): void;
  close(): void;
}

/** Digital silence. */
export const SILENCE: Fallback = {
  fill: (target, frames) => {
    for (const channel of target) channel.fill(0, 0, frames);
  },
  close: () => {},
};

/** RMS of the comfort noise, in dBFS: heard in a quiet room, below what a gain control answers to. */
const NOISE_LEVEL = -60;
/** RMS of a triangular distribution over -1..1. */
const TRIANGLE_RMS = Math.sqrt(1 / 6);
/** Draws of one key. */
const PERIOD = 2 ** 31;

/** Comfort noise: white, -60 dBFS RMS, uncorrelated between channels, the same for the same seed. */
export class ComfortNoise implements Fallback {
  readonly #seed: number;
  readonly #scale = dbToGain(NOISE_LEVEL) / TRIANGLE_RMS / DITHER_UNITS;
  #drawn = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  fill(target: Planar, frames: number): void {
    for (let i = 0; i < frames; i++) {
      for (const channel of target) {
        channel[i] = this.#scale * tpdfDraw(this.#seed, this.#drawn);
        this.#drawn = (this.#drawn + 1) % PERIOD;
      }
    }
  }

  close(): void {}
}
