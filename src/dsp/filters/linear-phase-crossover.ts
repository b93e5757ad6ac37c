import type { Planar } from '../../audio/block.ts';
import { DelayLine } from '../delay/delay-line.ts';
import { log2 } from '../elementary.ts';
import { addPlanar, copyPlanar } from '../gain/gain.ts';
import type { Kernels, StateMemory } from '../kernel-memory.ts';
import type { BandSplitter, BandSplitterOptions } from './band-splitter.ts';
import { FadingFilter } from './fading-filter.ts';
import { ringingFrames, ZeroPhaseLowpass } from './zero-phase-lowpass.ts';

/**
 * Bands as differences of zero-phase low-passes: what the low-pass of a split passes, less what the one below passes.
 * Without phase a Linkwitz-Riley low-pass and high-pass add up to exactly 1, 1 / (1 + x^n) + x^n / (1 + x^n), so the
 * difference to the delayed input is the high-pass, and all bands sum to the input, delayed.
 */
export class LinearPhaseCrossover implements BandSplitter {
  readonly latency: number;
  readonly #kernels: Kernels | null;
  readonly #lows: readonly FadingFilter<number, ZeroPhaseLowpass>[];
  readonly #delay: DelayLine;
  /** The lowest frequency whose ringing fits the latency. */
  readonly #lowest: number;

  constructor(state: StateMemory, options: BandSplitterOptions) {
    const { sampleRate, channels, maxFrames, freqs, slope } = options;
    const order = slope / 12;
    const ringing = ringingFrames(order, freqs[0], sampleRate);
    const stages = Math.max(1, Math.ceil(log2(ringing)));
    const scratch = state.memory.planar(channels, maxFrames);
    const make = (count: number) => new ZeroPhaseLowpass(state, order, stages, sampleRate, count);
    this.#kernels = state.memory.kernels;
    this.#lows = freqs.map(
      () => new FadingFilter<number, ZeroPhaseLowpass>(state, sampleRate, scratch, make),
    );
    this.latency = 2 ** stages - 1 + order;
    this.#delay = new DelayLine(state, channels, this.latency);
    this.#lowest = (freqs[0] * ringing) / 2 ** stages;
    this.setFreqs(freqs, false);
  }

  /** The latency stands, so a frequency goes no lower than what rings within it. */
  setFreqs(freqs: readonly number[], glide: boolean): void {
    freqs.forEach((freq, n) => {
      this.#lows[n].setCoefs(Math.max(freq, this.#lowest), glide);
    });
  }

  process(main: Planar, outputs: readonly Planar[], frames: number): void {
    const last = outputs.length - 1;
    for (let band = 0; band <= last; band++) {
      copyPlanar(this.#kernels, outputs[band], main, frames);
      if (band < last) this.#lows[band].process(outputs[band], frames);
      else this.#delay.process(outputs[band], frames);
    }
    for (let band = last; band > 0; band--) {
      addPlanar(this.#kernels, outputs[band], outputs[band - 1], frames, -1);
    }
  }
}
