import { exp, log2 } from '../elementary.ts';
import type { Kernels, StateMemory } from '../kernel-memory.ts';
import { addScaled64 } from '../levels/long-sums.ts';

/** Slowest and fastest tempo that is looked for, in beats a minute. */
const TEMPO_RANGE = [40, 200] as const;

/** Longest lag of the autocorrelation in seconds: eight beats at 60 beats a minute. */
const LONGEST_LAG = 8;
/** The curve is thinned to at least this rate in Hz, where it comes faster. */
const CURVE_RATE = 80;
/** Seconds of the mean that is taken off the curve. */
const MEAN_TIME = 1;
/** Shortest curve, in longest beats, that has a tempo. */
const BEATS_NEEDED = 4;
/** Preferred beat in seconds and width of the preference in octaves. Ellis, J. New Music Res. 36(1), 2007, eq. 8. */
const PREFERRED_BEAT = 0.5;
const PREFERENCE_WIDTH = 1.4;
/** Weight of the autocorrelation at two beats, beside 1 at the beat. */
const DOUBLE_WEIGHT = 0.5;
/** A beat stands out by so many standard deviations of the lags of noise, which are sqrt(3 / values of the curve). */
const LEAST_DEVIATIONS = 4.5;
/** A half or a third of the beat is the beat when its autocorrelation is this large a part of the beat's. */
const SAME_STRENGTH = 0.9;

/** How much a beat of so many seconds is preferred, 0..1. */
function preference(beat: number): number {
  const octaves = log2(beat / PREFERRED_BEAT) / PREFERENCE_WIDTH;
  return exp(-0.5 * octaves * octaves);
}

/** What the onsets say of the beat. */
export interface Tempo {
  /** Beats a minute. */
  readonly bpm: number;
  /** Autocorrelation at the beat over that at lag 0, 0..1. */
  readonly strength: number;
}

/**
 * Tempo from the autocorrelation of an onset curve (the spectral flux), in constant memory. The curve less its mean over the
 * last second is correlated with itself at all lags up to 8 s; the beat is the lag T from 0.3 to 1.5 s with the largest
 * preference(T) * (r(T) + r(2T)/2), the preference being Ellis's, an octave either way of 120 costing a
 * quarter; a half or a third of T that repeats as well is taken instead; then its multiples 2T, 4T, 8T sharpen it, each by the parabola through the peak.
 */
export class TempoEstimator {
  /** Rate of the thinned curve in Hz. */
  readonly #rate: number;
  /** Values of the onset curve that make one of the thinned curve. */
  readonly #thinning: number;
  readonly #kernels: Kernels | null;
  /** The last values, newest at `count - 1` modulo the length. */
  readonly #curve: Float64Array;
  /** The same less their mean, two copies one after the other, each backwards. */
  readonly #centred: Float64Array;
  /** Shortest and longest beat that is looked for, in whole lags, and the preference for each. */
  readonly #shortest: number;
  readonly #preferences: Float64Array;
  readonly #correlation: Float64Array;
  readonly #meanLength: number;
  /** Thinned values so far; onsets in the open one; their sum. */
  readonly #counts: Float64Array;

  /** `rate`: onset values a second. */
  constructor(state: StateMemory, rate: number) {
    this.#thinning = Math.max(1, Math.floor(rate / CURVE_RATE));
    this.#rate = rate / this.#thinning;
    const lags = Math.ceil(LONGEST_LAG * this.#rate) + 2;
    this.#meanLength = Math.max(2, Math.round(MEAN_TIME * this.#rate));
    this.#kernels = state.memory.kernels;
    this.#curve = state.f64(lags);
    this.#centred = state.f64(2 * lags);
    this.#correlation = state.f64(lags);
    this.#counts = state.f64(3);
    const [slowest, fastest] = TEMPO_RANGE.map((bpm) => (60 * this.#rate) / bpm);
    this.#shortest = Math.max(2, Math.floor(fastest));
    const beats = Math.ceil(slowest) - this.#shortest + 1;
    this.#preferences = Float64Array.from({ length: beats }, (_, n) =>
      preference((this.#shortest + n) / this.#rate),
    );
  }

  /** Takes the next value of the onset curve; NaN, as the flux of the very first window is, counts as 0. */
  push(onset: number): void {
    const counts = this.#counts;
    counts[1] += 1;
    counts[2] += Number.isNaN(onset) ? 0 : onset;
    if (counts[1] < this.#thinning) return;
    this.#add(counts[2]);
    counts[1] = 0;
    counts[2] = 0;
  }

  /** The tempo so far; null without a beat, and before four beats at 60 a minute have come. */
  estimate(): Tempo | null {
    if (this.#counts[0] < BEATS_NEEDED * this.#rate || !(this.#correlation[0] > 0)) return null;
    const coarse = this.#coarseBeat();
    if (coarse === null) return null;
    const strength = this.#at(coarse);
    if (strength < LEAST_DEVIATIONS * Math.sqrt(3 / this.#counts[0])) return null;
    return { bpm: (60 * this.#rate) / this.#sharpened(coarse), strength: Math.min(1, strength) };
  }

  #add(value: number): void {
    const lags = this.#curve.length;
    const count = this.#counts[0];
    const newest = count % lags;
    this.#curve[newest] = value;
    const taken = Math.min(count + 1, this.#meanLength);
    let sum = 0;
    for (let i = 0; i < taken; i++) sum += this.#curve[newest < i ? newest - i + lags : newest - i];
    // Backwards and twice, so that from the newest on the values stand in the order of their lags, without a seam.
    const at = lags - 1 - newest;
    const centred = value - sum / taken;
    this.#centred[at] = centred;
    this.#centred[at + lags] = centred;
    addScaled64(this.#kernels, this.#correlation, this.#centred, at, centred);
    this.#counts[0] = count + 1;
  }

  /**
   * Autocorrelation around a lag over that around 0, linear between whole lags. It is the sum over three neighbours,
   * because the peak of a beat between two whole lags is shared by them.
   */
  #at(lag: number): number {
    const whole = Math.floor(lag);
    if (whole < 2) return 0;
    const first = this.#near(whole);
    const between = lag > whole ? (lag - whole) * (this.#near(whole + 1) - first) : 0;
    return (first + between) / (1 + 2 * this.#whole(1));
  }

  #near(lag: number): number {
    return this.#whole(lag - 1) + this.#whole(lag) + this.#whole(lag + 1);
  }

  /** Autocorrelation at a whole lag over that at 0, each over the number of its products. */
  #whole(lag: number): number {
    const count = this.#counts[0];
    if (lag >= this.#correlation.length || lag > count / 2) return 0;
    return ((this.#correlation[lag] / this.#correlation[0]) * count) / (count - lag);
  }

  /** The whole lag with the best score, or null where nothing scores. */
  #coarseBeat(): number | null {
    let best = 0;
    let bestScore = 0;
    for (let n = 0; n < this.#preferences.length; n++) {
      const lag = this.#shortest + n;
      const score = this.#preferences[n] * (this.#at(lag) + DOUBLE_WEIGHT * this.#at(2 * lag));
      if (!(score > bestScore)) continue;
      best = lag;
      bestScore = score;
    }
    return best === 0 ? null : this.#undivided(best);
  }

  /** The beat, or its third or half where that repeats as well. */
  #undivided(beat: number): number {
    const shortest = (60 * this.#rate) / TEMPO_RANGE[1];
    const parts = [beat / 3, beat / 2].filter((part) => part >= Math.max(2, shortest));
    return parts.find((part) => this.#at(part) >= SAME_STRENGTH * this.#at(beat)) ?? beat;
  }

  /** A beat from the peaks at 1, 2, 4 and 8 times as much. */
  #sharpened(coarse: number): number {
    let beat = this.#peakNear(coarse, 2);
    for (let beats = 2; beats <= 8; beats *= 2) {
      const far = beat * beats;
      if (far + 2 >= Math.min(this.#correlation.length, this.#counts[0] / 2)) break;
      beat = this.#peakNear(far, 1 + beat / 8) / beats;
    }
    return beat;
  }

  /** Where the autocorrelation peaks within `reach` of a lag, by the parabola through the highest three points. */
  #peakNear(lag: number, reach: number): number {
    let top = Math.round(lag);
    for (let at = Math.max(1, Math.ceil(lag - reach)); at <= lag + reach; at++) {
      if (this.#whole(at) > this.#whole(top)) top = at;
    }
    const before = this.#whole(top - 1);
    const after = this.#whole(top + 1);
    const bend = before - 2 * this.#whole(top) + after;
    return bend < 0 ? top + Math.max(-0.5, Math.min(0.5, (before - after) / (2 * bend))) : top;
  }
}
