import type { Planar } from '../../audio/block.ts';
import type { BiquadCascade } from '../filters/biquad-cascade.ts';
import { type BiquadCoefs, designBiquad } from '../filters/biquad-design.ts';
import { type FadingFilter, fadingCascade } from '../filters/fading-filter.ts';
import { designFirstOrder } from '../filters/first-order.ts';
import { copyInto } from '../gain/gain.ts';
import type { Kernels, StateMemory } from '../kernel-memory.ts';
import { DB_PER_OCTAVE, fastExp2 } from '../log-domain.ts';
import { Envelope, smoothingCoefficient } from './envelope.ts';
import { slopeOfRatio } from './gain-computer.ts';
import { GainReduction } from './gain-reduction.ts';
import { peakHoldFrames } from './level-detector.ts';

/** How a band moves. */
export interface DynamicBandSettings {
  readonly type: 'peaking' | 'lowshelf' | 'highshelf';
  readonly freqHz: number;
  readonly q: number;
  readonly thresholdDb: number;
  readonly ratio: number;
  /** Largest move in dB, either way. */
  readonly rangeDb: number;
  /** `cut` turns the band down as it gets loud, `boost` turns it up. */
  readonly direction: 'cut' | 'boost';
  readonly attackMs: number;
  readonly releaseMs: number;
}

/** What every band of a stage shares: arrays of `maxFrames`, overwritten by each in turn. */
export interface DynamicBandScratch {
  readonly band: Planar;
  readonly fade: Planar;
}

/**
 * A band whose gain follows its own level: y = x + (g - 1) F(x). F is the band-pass of the Audio EQ Cookbook with a peak
 * gain of 0 dB, or for shelves a first-order low-pass or high-pass, so that at rest (g = 1) nothing is changed to
 * the bit, and at the centre, or deep in the shelf, the gain is g.
 */
export class DynamicBand {
  readonly #kernels: Kernels | null;
  readonly #sampleRate: number;
  readonly #scratch: DynamicBandScratch;
  readonly #filter: FadingFilter<readonly BiquadCoefs[], BiquadCascade>;
  readonly #detector: GainReduction;
  readonly #smoothing: Envelope;
  /** Largest move so far, and that of the newest frame, in log2 units. */
  readonly #shown: Float64Array;
  #sign = -1;
  #range = 0;

  constructor(state: StateMemory, sampleRate: number, scratch: DynamicBandScratch, maxFrames: number) {
    const channels = scratch.band.length;
    const hold = peakHoldFrames(sampleRate);
    this.#kernels = state.memory.kernels;
    this.#sampleRate = sampleRate;
    this.#scratch = scratch;
    this.#filter = fadingCascade(state, sampleRate, 1, scratch.fade);
    this.#detector = new GainReduction(state, { channels, maxFrames, detection: 'peak', link: 1, hold });
    this.#smoothing = new Envelope(state, 1);
    this.#shown = state.f64(1);
  }

  /** Move of the newest frame in dB: below 0 for a cut. */
  get moveDb(): number {
    return this.#sign * Math.min(this.#shown[0], this.#range) * DB_PER_OCTAVE;
  }

  /** Sets the band; with `glide` its filter fades to the new place. */
  set(settings: DynamicBandSettings, glide: boolean): void {
    const { thresholdDb, ratio, rangeDb, direction, attackMs, releaseMs } = settings;
    const rate = this.#sampleRate;
    this.#sign = direction === 'cut' ? -1 : 1;
    this.#range = rangeDb / DB_PER_OCTAVE;
    this.#filter.setCoefs([this.#design(settings)], glide);
    this.#detector.setCurve({ thresholdDb, slope: slopeOfRatio(ratio), kneeDb: 6 });
    this.#smoothing.set(smoothingCoefficient(attackMs, rate), smoothingCoefficient(releaseMs, rate));
  }

  #design({ type, freqHz, q }: DynamicBandSettings): BiquadCoefs {
    if (type === 'peaking') return designBiquad('bandpass', freqHz, 0, { q }, this.#sampleRate);
    return designFirstOrder(type === 'lowshelf' ? 'lowpass' : 'highpass', freqHz, this.#sampleRate);
  }

  /** In place. */
  process(main: Planar, frames: number): void {
    const { band } = this.#scratch;
    const [move] = this.#detector.signals;
    for (let n = 0; n < main.length; n++) copyInto(this.#kernels, band[n], main[n], frames);
    this.#filter.process(band, frames);
    this.#detector.detect(band, frames);
    this.#detector.reduce(0, frames);
    this.#smoothing.process(this.#detector.signals, frames);
    this.#shown[0] = move[frames - 1];
    this.#toShare(move, frames);
    for (let n = 0; n < main.length; n++) this.#add(main[n], band[n], move, frames);
  }

  #toShare(move: Float64Array, frames: number): void {
    if (this.#kernels) {
      this.#kernels.shareOfBand(move.byteOffset, frames, this.#sign, this.#range);
      return;
    }
    for (let i = 0; i < frames; i++) move[i] = fastExp2(this.#sign * Math.min(move[i], this.#range)) - 1;
  }

  #add(y: Float32Array, band: Float32Array, share: Float64Array, frames: number): void {
    if (this.#kernels) {
      this.#kernels.addShare(y.byteOffset, band.byteOffset, share.byteOffset, frames);
      return;
    }
    for (let i = 0; i < frames; i++) y[i] += share[i] * band[i];
  }
}
