import type { Planar } from '../../audio/block.ts';
import { SteppedRamp } from '../gain/stepped-ramp.ts';
import type { Kernels, StateMemory } from '../kernel-memory.ts';
import { relativePower } from '../levels/level.ts';
import { ChannelLink } from './channel-link.ts';
import { Envelope, smoothingCoefficient } from './envelope.ts';
import { GainComputer, slopeOfRatio } from './gain-computer.ts';
import { LevelDetector } from './level-detector.ts';
import { GLIDE_MS, ReductionGain } from './reduction-gain.ts';

interface RelativeGainOptions {
  readonly channels: number;
  readonly sampleRate: number;
  readonly maxFrames: number;
  /** How far channels follow the most reduced: 0 each by itself, 1 all alike. */
  readonly link: number;
}

/** What may change. */
export interface RelativeGainSettings {
  /** How far a band may stand above its neighbourhood. */
  readonly thresholdDb: number;
  readonly ratio: number;
  readonly rangeDb: number;
  readonly attackMs: number;
  readonly releaseMs: number;
}

/** Full width of the bend about the threshold. */
const KNEE_DB = 6;
/** Time constant of both mean squares: short beside an s, long beside a period. */
const WINDOW_MS = 5;
/**
 * The neighbourhood's power falls with half the release: an s is measured against the vowel before it, and whatever
 * upset the measure is forgotten by 60 dB within 7 releases.
 */
const FALL = 1 / 2;
/** The neighbourhood never counts as quieter than -120 dBFS, so that nothing stands out of silence. */
const FLOOR = 1e-12;

/**
 * The gain of what is louder than a ratio to its neighbourhood allows: the compressor's curve over the ratio of two
 * powers. Both rise and fall with the programme, so the gain is the same however loud that is.
 */
export class RelativeGain {
  readonly #kernels: Kernels | null;
  readonly #sampleRate: number;
  readonly #band: LevelDetector;
  readonly #neighbourhood: LevelDetector;
  readonly #fall: Envelope;
  readonly #computer: GainComputer;
  readonly #link: ChannelLink;
  readonly #smoothing: Envelope;
  /** Threshold, slope, range. */
  readonly #curve: SteppedRamp;
  readonly #gain: ReductionGain;

  constructor(state: StateMemory, options: RelativeGainOptions) {
    const { memory } = state;
    const { sampleRate } = options;
    const detector = () => new LevelDetector(state, { ...options, detection: 'rms', hold: 1, link: 0 });
    this.#kernels = memory.kernels;
    this.#sampleRate = sampleRate;
    this.#band = detector();
    this.#neighbourhood = detector();
    this.#fall = new Envelope(state, options.channels);
    this.#computer = new GainComputer(memory.kernels);
    // The reductions are linked, not the powers: a channel's own neighbourhood is what its band stands out of.
    this.#link = new ChannelLink(memory, this.#band.powers, options);
    this.#smoothing = new Envelope(state, this.#link.signals.length);
    this.#curve = new SteppedRamp(state, 3, (GLIDE_MS / 1000) * sampleRate);
    this.#gain = new ReductionGain(state, this.#link.signals, options);
    const window = smoothingCoefficient(WINDOW_MS, sampleRate);
    this.#band.setWindow(window);
    this.#neighbourhood.setWindow(window);
  }

  /** Stands at the settings at once, or with `glide` moves its curve there in 50 ms. */
  set({ thresholdDb, ratio, rangeDb, attackMs, releaseMs }: RelativeGainSettings, glide: boolean): void {
    const coefficient = (ms: number): number => smoothingCoefficient(ms, this.#sampleRate);
    this.#curve.set([thresholdDb, slopeOfRatio(ratio), rangeDb], glide);
    this.#fall.set(0, coefficient(FALL * releaseMs));
    this.#smoothing.set(coefficient(attackMs), coefficient(releaseMs));
  }

  /** Works out the gains for the next frames from a band and its neighbourhood. */
  listen(band: Planar, neighbourhood: Planar, frames: number): void {
    const { powers } = this.#band;
    this.#band.detect(band, frames);
    this.#neighbourhood.detect(neighbourhood, frames);
    this.#fall.process(this.#neighbourhood.powers, frames);
    for (let n = 0; n < powers.length; n++) {
      relativePower(this.#kernels, powers[n], this.#neighbourhood.powers[n], frames, FLOOR);
    }
    for (let at = 0; at < frames; ) {
      const run = this.#curve.take(frames - at);
      const [thresholdDb, slope, rangeDb] = this.#curve.values;
      this.#computer.set({ thresholdDb, slope, kneeDb: KNEE_DB, rangeDb });
      for (const power of powers) this.#computer.fromPower(power, at, run);
      at += run;
    }
    this.#link.draw(0, frames);
    this.#smoothing.process(this.#link.signals, frames);
    this.#gain.convert(frames);
  }

  /** Applies the gains that `listen` worked out, in place. */
  apply(main: Planar, frames: number): void {
    this.#gain.apply(main, frames);
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
