import type { Planar } from '../audio/block.ts';
import { smoothingCoefficient } from './envelope.ts';
import { FeedbackReduction } from './feedback-reduction.ts';
import { ForwardReduction, type SmoothedReduction } from './forward-reduction.ts';
import { gainFromReduction, multiply } from './gain.ts';
import type { CompressionCurve } from './gain-computer.ts';
import type { Kernels, StateMemory } from './kernel-memory.ts';
import { largestOf, smallestOf } from './level.ts';
import { DB_PER_OCTAVE } from './log-domain.ts';
import { LinearRamp } from './ramp.ts';
import { SteppedRamp } from './stepped-ramp.ts';

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

/** A peak is held for half a period of 250 Hz: long enough to bridge zero crossings, too short to blur the timing. */
const PEAK_HOLD_MS = 2;
/** Length of the glide to new values of curve and makeup. */
const GLIDE_MS = 50;
/** How much longer reduction that has lasted takes to recover than a short one: 150 ms become 1.2 s. */
const SLOW_RELEASE = 8;

/** Frames of a time, at least 1, for a detector that holds peaks. */
export const peakHoldFrames = (sampleRate: number): number =>
  Math.max(1, Math.round((PEAK_HOLD_MS / 1000) * sampleRate));

/** A compressor's gain: from what the detector hears to a gain a frame and channel, reduction and makeup. */
export class CompressorGain {
  readonly #kernels: Kernels | null;
  readonly #sampleRate: number;
  readonly #mode: 'down' | 'up';
  readonly #adaptiveRelease: boolean;
  readonly #reduction: SmoothedReduction;
  readonly #curve: SteppedRamp;
  readonly #makeup: LinearRamp;
  /** Reduction of the most moved channel, in log2 units: at the newest frame, largest so far. */
  readonly #shown: Float64Array;

  constructor(state: StateMemory, options: CompressorGainOptions) {
    const { sampleRate, topology, mode, adaptiveRelease } = options;
    const glide = (GLIDE_MS / 1000) * sampleRate;
    const Reduction = topology === 'feedback' ? FeedbackReduction : ForwardReduction;
    this.#kernels = state.memory.kernels;
    this.#sampleRate = sampleRate;
    this.#mode = mode;
    this.#adaptiveRelease = adaptiveRelease;
    this.#reduction = new Reduction(state, { ...options, hold: peakHoldFrames(sampleRate) });
    this.#curve = new SteppedRamp(state, 4, glide);
    this.#makeup = new LinearRamp(state, glide);
    this.#shown = state.f64(2);
  }

  /** Stands at the settings at once, or with `glide` moves there in 50 ms. */
  set(settings: CompressorGainSettings, glide: boolean): void {
    const { thresholdDb, slope, kneeDb, rangeDb, makeupDb, attackMs, holdMs, releaseMs, windowMs } = settings;
    const coefficient = (ms: number): number => smoothingCoefficient(ms, this.#sampleRate);
    // The slope glides and not the ratio: from 1:1 to 2:1 is as far as from 2:1 to a limiter.
    const curve = [thresholdDb, slope, kneeDb, rangeDb];
    const makeup = makeupDb / DB_PER_OCTAVE;
    if (glide) {
      this.#curve.glide(curve);
      this.#makeup.glide(makeup);
    } else {
      this.#curve.jump(curve);
      this.#makeup.jump(makeup);
    }
    this.#reduction.setWindow(coefficient(windowMs));
    this.#reduction.setTimes(coefficient(attackMs), coefficient(releaseMs), {
      hold: Math.round((holdMs / 1000) * this.#sampleRate),
      slow: this.#adaptiveRelease ? coefficient(SLOW_RELEASE * releaseMs) : 1,
    });
  }

  /** Works out the gains for the next frames from what the detector hears. */
  listen(key: Planar, frames: number): void {
    const { signals } = this.#reduction;
    this.#reduction.detect(key, frames);
    for (let at = 0; at < frames; ) {
      const run = this.#curve.take(frames - at);
      const [thresholdDb, slope, kneeDb, rangeDb] = this.#curve.values;
      this.#reduction.setCurve({ thresholdDb, slope, kneeDb, rangeDb, mode: this.#mode });
      this.#reduction.reduce(at, run);
      at += run;
    }
    this.#show(frames);
    for (let at = 0; at < frames; ) {
      const makeup = this.#makeup.take(frames - at);
      for (const signal of signals) gainFromReduction(this.#kernels, signal, at, makeup);
      at += makeup.frames;
    }
  }

  #show(frames: number): void {
    const down = this.#mode === 'down';
    const shown = this.#shown;
    shown[0] = 0;
    for (const signal of this.#reduction.signals) {
      const last = signal[frames - 1];
      shown[0] = down ? Math.max(shown[0], last) : Math.min(shown[0], last);
      shown[1] = (down ? largestOf : smallestOf)(this.#kernels, signal, frames, shown[1]);
    }
  }

  /** Applies the gains that `listen` worked out, in place. */
  apply(main: Planar, frames: number): void {
    const { signals } = this.#reduction;
    for (let n = 0; n < main.length; n++) {
      multiply(this.#kernels, main[n], signals[Math.min(n, signals.length - 1)], frames);
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
