import type { Planar } from '../../audio/block.ts';
import { SteppedRamp } from '../gain/stepped-ramp.ts';
import type { StateMemory } from '../kernel-memory.ts';
import { Envelope, smoothingCoefficient } from './envelope.ts';
import { GateCurve } from './gate-curve.ts';
import { peakHoldFrames } from './level-detector.ts';
import { LinkedDetector } from './linked-detector.ts';
import { LogLevel } from './log-level.ts';
import { GLIDE_MS, ReductionGain } from './reduction-gain.ts';

/** What is fixed while a gate runs. */
export interface GateGainOptions {
  readonly channels: number;
  readonly sampleRate: number;
  readonly maxFrames: number;
  readonly detection: 'peak' | 'rms';
  /** How far channels follow the loudest: 0 each by itself, 1 all alike. */
  readonly link: number;
}

/** What may change. */
export interface GateGainSettings {
  readonly thresholdDb: number;
  readonly hysteresisDb: number;
  readonly ratio: number;
  readonly rangeDb: number;
  readonly attackMs: number;
  readonly holdMs: number;
  readonly releaseMs: number;
  /** Time constant of the mean square. */
  readonly windowMs: number;
}

/** A gate's gain: from what the detector hears to a gain a frame and channel. */
export class GateGain {
  readonly #sampleRate: number;
  readonly #level: LinkedDetector;
  readonly #curve: GateCurve;
  readonly #smoothing: Envelope;
  /** Threshold, hysteresis, slope, range. */
  readonly #glide: SteppedRamp;
  readonly #gain: ReductionGain;
  #hold = 0;

  constructor(state: StateMemory, options: GateGainOptions) {
    const { sampleRate } = options;
    this.#sampleRate = sampleRate;
    const detection = { ...options, hold: peakHoldFrames(sampleRate) };
    this.#level = new LinkedDetector(state, detection, new LogLevel(state.memory.kernels));
    const { signals } = this.#level;
    this.#curve = new GateCurve(state, signals.length);
    this.#smoothing = new Envelope(state, signals.length);
    this.#glide = new SteppedRamp(state, 4, (GLIDE_MS / 1000) * sampleRate);
    this.#gain = new ReductionGain(state, signals, options);
  }

  /** Stands at the settings at once, or with `glide` moves its curve there in 50 ms. */
  set(settings: GateGainSettings, glide: boolean): void {
    const { thresholdDb, hysteresisDb, ratio, rangeDb, attackMs, holdMs, releaseMs, windowMs } = settings;
    const coefficient = (ms: number): number => smoothingCoefficient(ms, this.#sampleRate);
    this.#glide.set([thresholdDb, hysteresisDb, ratio - 1, rangeDb], glide);
    this.#hold = Math.round((holdMs / 1000) * this.#sampleRate);
    this.#level.setWindow(coefficient(windowMs));
    // The reduction rises as the gate closes.
    this.#smoothing.set(coefficient(releaseMs), coefficient(attackMs));
  }

  /** Works out the gains for the next frames from what the detector hears. */
  listen(key: Planar, frames: number): void {
    const { signals } = this.#level;
    this.#level.detect(key, frames);
    this.#level.convert(0, frames);
    for (let at = 0; at < frames; ) {
      const run = this.#glide.take(frames - at);
      const [thresholdDb, hysteresisDb, slope, rangeDb] = this.#glide.values;
      this.#curve.set({ thresholdDb, hysteresisDb, slope, rangeDb, hold: this.#hold });
      this.#curve.process(signals, at, run);
      at += run;
    }
    this.#smoothing.process(signals, frames);
    this.#gain.convert(frames);
  }

  /** Applies the gains that `listen` worked out, in place. */
  apply(main: Planar, frames: number): void {
    this.#gain.apply(main, frames);
  }

  /** Whether any channel's gate is open. */
  get open(): boolean {
    return this.#curve.open;
  }

  /** Gain in dB of the most reduced channel, at the newest frame. */
  get gainDb(): number {
    return this.#gain.gainDb;
  }

  /** The lowest gain in dB so far. */
  get farthestDb(): number {
    return this.#gain.farthestDb;
  }
}
