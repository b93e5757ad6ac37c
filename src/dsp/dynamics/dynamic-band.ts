import type { Planar } from '../../audio/block.ts';
import type { BiquadCascade } from '../filters/biquad-cascade.ts';
import { type BiquadCoefs, designBiquad } from '../filters/biquad-design.ts';
import { type FadingFilter, fadingCascade } from '../filters/fading-filter.ts';
import { designFirstOrder } from '../filters/first-order.ts';
import { copyPlanar } from '../gain/gain.ts';
import { LinearRamp } from '../gain/ramp.ts';
import { SteppedRamp } from '../gain/stepped-ramp.ts';
import type { Kernels, StateMemory } from '../kernel-memory.ts';
import { DB_PER_OCTAVE, fastExp2 } from '../log-domain.ts';
import { Envelope, smoothingCoefficient } from './envelope.ts';
import { GainComputer, slopeOfRatio } from './gain-computer.ts';
import { peakHoldFrames } from './level-detector.ts';
import { LinkedDetector } from './linked-detector.ts';
import { GLIDE_MS } from './reduction-gain.ts';

/** Full width of the curve's knee. */
const KNEE_DB = 6;

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
  readonly #computer: GainComputer;
  readonly #detector: LinkedDetector;
  readonly #smoothing: Envelope;
  /** Largest move so far, and that of the newest frame, in log2 units. */
  readonly #shown: Float64Array;
  /** Threshold in dB, slope. */
  readonly #curve: SteppedRamp;
  /** -1 cuts, 1 boosts. */
  readonly #way: LinearRamp;
  /** In log2 units. */
  readonly #range: LinearRamp;

  constructor(state: StateMemory, sampleRate: number, scratch: DynamicBandScratch, maxFrames: number) {
    const channels = scratch.band.length;
    const hold = peakHoldFrames(sampleRate);
    this.#kernels = state.memory.kernels;
    this.#sampleRate = sampleRate;
    this.#scratch = scratch;
    this.#filter = fadingCascade(state, sampleRate, 1, scratch.fade);
    this.#computer = new GainComputer(this.#kernels);
    const detection = { channels, maxFrames, detection: 'peak', link: 1, hold } as const;
    this.#detector = new LinkedDetector(state, detection, this.#computer);
    this.#smoothing = new Envelope(state, 1);
    this.#shown = state.f64(1);
    const glideFrames = (GLIDE_MS / 1000) * sampleRate;
    this.#curve = new SteppedRamp(state, 2, glideFrames);
    this.#way = new LinearRamp(state, glideFrames);
    this.#range = new LinearRamp(state, glideFrames);
  }

  /** Move of the newest frame in dB: below 0 for a cut. */
  get moveDb(): number {
    return this.#way.value * Math.min(this.#shown[0], this.#range.value) * DB_PER_OCTAVE;
  }

  /** Sets the band; with `glide` its filter fades to the new place, and its curve moves to the new one in 50 ms. */
  set(settings: DynamicBandSettings, glide: boolean): void {
    const { thresholdDb, ratio, rangeDb, direction, attackMs, releaseMs } = settings;
    const rate = this.#sampleRate;
    this.#curve.set([thresholdDb, slopeOfRatio(ratio)], glide);
    this.#way.set(direction === 'cut' ? -1 : 1, glide);
    this.#range.set(rangeDb / DB_PER_OCTAVE, glide);
    this.#filter.setCoefs([this.#design(settings)], glide);
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
    copyPlanar(this.#kernels, band, main, frames);
    this.#filter.process(band, frames);
    this.#detector.detect(band, frames);
    for (let at = 0; at < frames; ) {
      const run = this.#curve.take(frames - at);
      const [thresholdDb, slope] = this.#curve.values;
      this.#computer.set({ thresholdDb, slope, kneeDb: KNEE_DB });
      this.#detector.convert(at, run);
      at += run;
    }
    this.#smoothing.process(this.#detector.signals, frames);
    this.#shown[0] = move[frames - 1];
    for (let at = 0; at < frames; ) at += this.#toShare(move, at, frames - at);
    for (let n = 0; n < main.length; n++) this.#add(main[n], band[n], move, frames);
  }

  /** Turns moves from frame `at` on into shares of the band, and says how many: at most `most`. */
  #toShare(move: Float64Array, at: number, most: number): number {
    // Those that glide began at one frame and end at one.
    const way = this.#way.take(most);
    const range = this.#range.take(way.frames);
    const { frames } = range;
    const index = way.step === 0 ? range.index : way.index;
    if (this.#kernels) {
      const from = move.byteOffset + 8 * at;
      this.#kernels.shareOfBand(from, frames, way.start, way.step, range.start, range.step, index);
      return frames;
    }
    for (let i = 0; i < frames; i++) {
      const bound = Math.min(move[at + i], range.start + range.step * (index + i));
      move[at + i] = fastExp2((way.start + way.step * (index + i)) * bound) - 1;
    }
    return frames;
  }

  #add(y: Float32Array, band: Float32Array, share: Float64Array, frames: number): void {
    if (this.#kernels) {
      this.#kernels.addShare(y.byteOffset, band.byteOffset, share.byteOffset, frames);
      return;
    }
    for (let i = 0; i < frames; i++) y[i] += share[i] * band[i];
  }
}
