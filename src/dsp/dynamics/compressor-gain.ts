import type { Planar } from '../../audio/block.ts';
import { SteppedRamp } from '../gain/stepped-ramp.ts';
import type { StateMemory } from '../kernel-memory.ts';
import { smoothingCoefficient } from './envelope.ts';
import { FeedbackReduction } from './feedback-reduction.ts';
import { ForwardReduction, type SmoothedReduction } from './forward-reduction.ts';
import type { CompressionCurve } from './gain-computer.ts';
import { peakHoldFrames } from './level-detector.ts';
import { GLIDE_MS, ReductionGain } from './reduction-gain.ts';

/** What is fixed while a compressor runs. */
export interface CompressorGainOptions {
  readonly channels: number;
  readonly sampleRate: number;
  readonly maxFrames: number;
  readonly detection: 'peak' | 'rms';
  /** How far channels follow the loudest: 0 each by itself, 1 all alike. */
  readonly link: number;
  readonly topology: 'forward' | 'feedback';
  readonly mode: 'down' | 'up';
  /** Whether reduction that has lasted recovers more slowly. */
  readonly adaptiveRelease: boolean;
}

/** What may glide. */
export interface CompressorGainSettings extends Omit<CompressionCurve, 'mode' | 'rangeDb'> {
  readonly rangeDb: number;
  readonly makeupDb: number;
  readonly attackMs: number;
  readonly holdMs: number;
  readonly releaseMs: number;
  /** Time constant of the mean square. */
  readonly windowMs: number;
}

/** How much longer reduction that has lasted takes to recover than a short one: 150 ms become 1.2 s. */
const SLOW_RELEASE = 8;

/** A compressor's gain: from what the detector hears to a gain a frame and channel, reduction and makeup. */
export class CompressorGain {
  readonly #sampleRate: number;
  readonly #mode: 'down' | 'up';
  readonly #adaptiveRelease: boolean;
  readonly #reduction: SmoothedReduction;
  readonly #curve: SteppedRamp;
  readonly #gain: ReductionGain;

  constructor(state: StateMemory, options: CompressorGainOptions) {
    const { sampleRate, topology, mode, adaptiveRelease } = options;
    const Reduction = topology === 'feedback' ? FeedbackReduction : ForwardReduction;
    this.#sampleRate = sampleRate;
    this.#mode = mode;
    this.#adaptiveRelease = adaptiveRelease;
    this.#reduction = new Reduction(state, { ...options, hold: peakHoldFrames(sampleRate) });
    this.#curve = new SteppedRamp(state, 4, (GLIDE_MS / 1000) * sampleRate);
    this.#gain = new ReductionGain(state, this.#reduction.signals, { sampleRate, mode });
  }

  /** Stands at the settings at once, or with `glide` moves there in 50 ms. */
  set(settings: CompressorGainSettings, glide: boolean): void {
    const { thresholdDb, slope, kneeDb, rangeDb, makeupDb, attackMs, holdMs, releaseMs, windowMs } = settings;
    const coefficient = (ms: number): number => smoothingCoefficient(ms, this.#sampleRate);
    // The slope glides and not the ratio: from 1:1 to 2:1 is as far as from 2:1 to a limiter.
    this.#curve.set([thresholdDb, slope, kneeDb, rangeDb], glide);
    this.#gain.setMakeup(makeupDb, glide);
    this.#reduction.setWindow(coefficient(windowMs));
    this.#reduction.setTimes(coefficient(attackMs), coefficient(releaseMs), {
      hold: Math.round((holdMs / 1000) * this.#sampleRate),
      slow: this.#adaptiveRelease ? coefficient(SLOW_RELEASE * releaseMs) : 1,
    });
  }

  /** Works out the gains for the next frames from what the detector hears. */
  listen(key: Planar, frames: number): void {
    this.#reduction.detect(key, frames);
    for (let at = 0; at < frames; ) {
      const run = this.#curve.take(frames - at);
      this.#setCurve(this.#curve.values);
      this.#reduction.reduce(at, run);
      at += run;
    }
    this.#gain.convert(frames);
  }

  /** The curve of the values that glide, in the order of `set`. */
  #setCurve(values: readonly number[]): void {
    this.#reduction.setCurve({
      thresholdDb: values[0],
      slope: values[1],
      kneeDb: values[2],
      rangeDb: values[3],
      mode: this.#mode,
    });
  }

  /** Applies the gains that `listen` worked out, in place. */
  apply(main: Planar, frames: number): void {
    this.#gain.apply(main, frames);
  }

  /** Gain in dB, without makeup, of the most moved channel: at the newest frame. */
  get gainDb(): number {
    return this.#gain.gainDb;
  }

  /** The gain in dB that was farthest from 0 so far. */
  get farthestDb(): number {
    return this.#gain.farthestDb;
  }
}
