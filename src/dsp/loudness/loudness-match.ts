import type { Planar } from '../../audio/block.ts';
import { clamp } from '../clamp.ts';
import { gainsAlong, multiply } from '../gain/gain.ts';
import { LinearRamp } from '../gain/ramp.ts';
import type { StateMemory } from '../kernel-memory.ts';
import { DB_PER_OCTAVE } from '../log-domain.ts';
import { LoudnessMeter, type LoudnessOptions } from './loudness-meter.ts';

/** The gain is looked at as often as gating blocks of BS.1770 end. */
const LOOKS_PER_SECOND = 10;
/** Most dB that it changes from one look to the next while it is heard: 1 dB/s. */
const HEARD_STEP = 0.1;
/** Most dB that it ever is: a programme of next to nothing is not turned up to the other. */
const REACH = 24;

/** Indexes of the state: frames listened to; looks; the matching gain in dB. */
const FRAMES = 0;
const LOOKS = 1;
const GAIN = 2;
const VALUES = 3;

/** What may change. */
export interface LoudnessMatchSettings {
  /** Whether it matches; else its gain is the trim alone. */
  readonly on: boolean;
  /** dB beside the match. */
  readonly trimDb: number;
}

/**
 * The gain that makes programme b as loud as programme a: the difference of their integrated loudness (ITU-R BS.1770-5,
 * both gates) over the time that both have played. It moves in straight lines of dB between looks at fixed frames: at
 * once while b is not heard, slowly while it is.
 */
export class LoudnessMatch {
  readonly #state: StateMemory;
  readonly #sampleRate: number;
  readonly #a: LoudnessMeter;
  readonly #b: LoudnessMeter;
  readonly #ramp: LinearRamp;
  readonly #gains: Float64Array;
  readonly #values: Float64Array;
  #settings: LoudnessMatchSettings = { on: true, trimDb: 0 };

  constructor(state: StateMemory, options: LoudnessOptions) {
    const { sampleRate, maxFrames } = options;
    const meter = (): LoudnessMeter => new LoudnessMeter(state, { ...options, truePeak: false });
    this.#state = state;
    this.#sampleRate = sampleRate;
    this.#a = meter();
    this.#b = meter();
    this.#ramp = new LinearRamp(state, sampleRate / LOOKS_PER_SECOND);
    this.#gains = state.memory.f64(maxFrames);
    this.#values = state.f64(VALUES);
  }

  /**
   * New settings. Without `glide` they are what a new state, or one that the caller has cleared, begins with: at the trim.
   * With it, a match that is switched on again measures anew.
   */
  set(settings: LoudnessMatchSettings, glide: boolean): void {
    const { on } = this.#settings;
    this.#settings = settings;
    if (!settings.on) this.#values[GAIN] = 0;
    if (!glide) {
      this.#ramp.jump(settings.trimDb / DB_PER_OCTAVE);
      return;
    }
    if (settings.on && !on) for (const meter of [this.#a, this.#b]) meter.restart();
    this.#aim();
  }

  /** The gain in dB that is being gone to, and the loudness of both in LUFS. */
  get gainDb(): number {
    return this.#values[GAIN] + this.#settings.trimDb;
  }

  get loudnessA(): number {
    return this.#a.integrated;
  }

  get loudnessB(): number {
    return this.#b.integrated;
  }

  /** Frames until the next look; `listen` takes no more. */
  get framesLeft(): number {
    const next = Math.floor(((this.#values[LOOKS] + 1) * this.#sampleRate) / LOOKS_PER_SECOND);
    return next - this.#values[FRAMES];
  }

  /** Takes the next frames of both, and derives the gain of as many. */
  listen(a: Planar, b: Planar, frames: number): void {
    this.#a.process(a, frames);
    this.#b.process(b, frames);
    gainsAlong(this.#state.memory.kernels, this.#gains, 0, frames, this.#ramp);
    this.#values[FRAMES] += frames;
  }

  /** Applies the gain of the frames listened to last, in place. */
  apply(b: Planar, frames: number): void {
    for (const channel of b) multiply(this.#state.memory.kernels, channel, this.#gains, frames);
  }

  /** Where a look is due: decides on the gain of what follows. */
  look(heard: boolean): void {
    if (this.framesLeft > 0) return;
    this.#values[LOOKS] += 1;
    const wanted = this.#a.integrated - this.#b.integrated;
    if (!this.#settings.on || !Number.isFinite(wanted)) return;
    const gain = this.#values[GAIN];
    const step = heard ? HEARD_STEP : Number.POSITIVE_INFINITY;
    this.#values[GAIN] = clamp(clamp(wanted, -REACH, REACH), gain - step, gain + step);
    this.#aim();
  }

  #aim(): void {
    this.#ramp.glide(this.gainDb / DB_PER_OCTAVE);
  }
}
