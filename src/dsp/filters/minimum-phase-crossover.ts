import type { Planar } from '../../audio/block.ts';
import { copyPlanar } from '../gain/gain.ts';
import type { Kernels, StateMemory } from '../kernel-memory.ts';
import type { BandSplitter, BandSplitterOptions } from './band-splitter.ts';
import { type BiquadCoefs, IDENTITY } from './biquad-design.ts';
import { sectionsOf } from './butterworth.ts';
import { type FadingFilter, fadingCascade } from './fading-filter.ts';
import { designLinkwitzRiley, designLinkwitzRileySum } from './linkwitz-riley.ts';

/** A section that passes nothing. */
const SILENCE: BiquadCoefs = { ...IDENTITY, b0: 0 };

/**
 * Linkwitz-Riley bands, split off one after the other from the lowest up. A band that has been split off still goes
 * through the allpasses of the splits above it, so that all bands turn the same phase and their sum is the product
 * of the allpasses of all splits: flat (J. D'Appolito, "Active Realization of Multiway All-Pass Crossover Systems",
 * JAES 35(4), 1987). What lies above a split at Nyquist or higher is silent.
 */
export class MinimumPhaseCrossover implements BandSplitter {
  readonly latency = 0;
  readonly #kernels: Kernels | null;
  readonly #sampleRate: number;
  readonly #order: number;
  /** A split's low-pass, and behind it the allpasses of the splits above. */
  readonly #lows: readonly FadingFilter<readonly BiquadCoefs[]>[];
  readonly #highs: readonly FadingFilter<readonly BiquadCoefs[]>[];

  constructor(state: StateMemory, options: BandSplitterOptions) {
    const { sampleRate, channels, maxFrames, freqs, slope } = options;
    const scratch = state.memory.planar(channels, maxFrames);
    const cascade = (sections: number) => fadingCascade(state, sampleRate, sections, scratch);
    this.#kernels = state.memory.kernels;
    this.#sampleRate = sampleRate;
    this.#order = slope / 6;
    const split = sectionsOf(this.#order);
    const sum = sectionsOf(this.#order / 2);
    this.#lows = freqs.map((_, n) => cascade(split + sum * (freqs.length - 1 - n)));
    this.#highs = freqs.map(() => cascade(split));
    this.setFreqs(freqs, false);
  }

  setFreqs(freqs: readonly number[], glide: boolean): void {
    const order = this.#order;
    const rate = this.#sampleRate;
    const sums = freqs.map((freq) => designLinkwitzRileySum(order, freq, rate));
    freqs.forEach((freq, n) => {
      const low = designLinkwitzRiley('lowpass', order, freq, rate);
      const high = designLinkwitzRiley('highpass', order, freq, rate);
      this.#lows[n].setCoefs([...low, ...sums.slice(n + 1).flat()], glide);
      this.#highs[n].setCoefs(freq < rate / 2 ? high : high.map(() => SILENCE), glide);
    });
  }

  /** The last output carries what has not been split off yet. */
  process(main: Planar, outputs: readonly Planar[], frames: number): void {
    const rest = outputs[outputs.length - 1];
    copyPlanar(this.#kernels, rest, main, frames);
    for (let n = 0; n < this.#lows.length; n++) {
      copyPlanar(this.#kernels, outputs[n], rest, frames);
      this.#lows[n].process(outputs[n], frames);
      this.#highs[n].process(rest, frames);
    }
  }
}
