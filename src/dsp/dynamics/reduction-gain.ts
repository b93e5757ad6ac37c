import type { Planar } from '../../audio/block.ts';
import { gainFromReduction, multiply } from '../gain/gain.ts';
import { LinearRamp } from '../gain/ramp.ts';
import type { Kernels, StateMemory } from '../kernel-memory.ts';
import { largestOf, smallestOf } from '../levels/level.ts';
import { DB_PER_OCTAVE } from '../log-domain.ts';

/** Length of the glide to new values of a dynamics stage's curve and makeup. */
export const GLIDE_MS = 50;

interface ReductionGainOptions {
  readonly sampleRate: number;
  /** Whether the signals lower the level (positive) or raise it (negative). @default 'down' */
  readonly mode?: 'down' | 'up';
}

/** Turns smoothed reductions into gains on audio, with makeup, and remembers what a meter shows of them. */
export class ReductionGain {
  readonly #kernels: Kernels | null;
  readonly #signals: readonly Float64Array[];
  readonly #down: boolean;
  readonly #makeup: LinearRamp;
  /** Reduction of the most moved channel, in log2 units: at the newest frame, farthest from 0 so far. */
  readonly #shown: Float64Array;

  /** `signals` in log2 units: one a channel, or a single one for all. */
  constructor(
    state: StateMemory,
    signals: readonly Float64Array[],
    { sampleRate, mode = 'down' }: ReductionGainOptions,
  ) {
    this.#kernels = state.memory.kernels;
    this.#signals = signals;
    this.#down = mode === 'down';
    this.#makeup = new LinearRamp(state, (GLIDE_MS / 1000) * sampleRate);
    this.#shown = state.f64(2);
  }

  /** Stands at a makeup at once, or with `glide` moves there in 50 ms. Never called: 0 dB. */
  setMakeup(gainDb: number, glide: boolean): void {
    this.#makeup.set(gainDb / DB_PER_OCTAVE, glide);
  }

  /** Turns the first `frames` frames of the signals into linear gains. */
  convert(frames: number): void {
    this.#show(frames);
    for (let at = 0; at < frames; ) {
      const makeup = this.#makeup.take(frames - at);
      for (let n = 0; n < this.#signals.length; n++) {
        gainFromReduction(this.#kernels, this.#signals[n], at, makeup);
      }
      at += makeup.frames;
    }
  }

  #show(frames: number): void {
    const shown = this.#shown;
    shown[0] = 0;
    const farthest = this.#down ? largestOf : smallestOf;
    for (let n = 0; n < this.#signals.length; n++) {
      const signal = this.#signals[n];
      const last = signal[frames - 1];
      shown[0] = this.#down ? Math.max(shown[0], last) : Math.min(shown[0], last);
      shown[1] = farthest(this.#kernels, signal, frames, shown[1]);
    }
  }

  /** Applies the gains that `convert` left, in place. */
  apply(main: Planar, frames: number): void {
    for (let n = 0; n < main.length; n++) {
      multiply(this.#kernels, main[n], this.#signals[Math.min(n, this.#signals.length - 1)], frames);
    }
  }

  /** Gain in dB, without makeup, of the most moved channel: at the newest frame. */
  get gainDb(): number {
    return 0 - this.#shown[0] * DB_PER_OCTAVE;
  }

  /** The gain in dB that was farthest from 0 so far. */
  get farthestDb(): number {
    return 0 - this.#shown[1] * DB_PER_OCTAVE;
  }
}
