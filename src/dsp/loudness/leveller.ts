import type { Planar } from '../../audio/block.ts';
import { clamp } from '../clamp.ts';
import { gainAlong, multiply } from '../gain/gain.ts';
import { LinearRamp } from '../gain/ramp.ts';
import type { StateMemory } from '../kernel-memory.ts';
import { SlidingSum } from '../levels/sliding-sum.ts';
import { DB_PER_OCTAVE } from '../log-domain.ts';
import { loudnessOf } from './gated-histogram.ts';
import { HOPS_PER_SECOND, HopPower } from './hop-power.ts';

/** Gates look at the last 400 ms, a gating block of BS.1770. */
const GATE_HOPS = 0.4 * HOPS_PER_SECOND;
/** Below the gate the gain moves at a third of its speeds. */
const GATED_SPEED = 1 / 3;
/** Quieter than this nobody hears a gain move: the absolute gate of BS.1770, LUFS. */
const AUDIBLE = -70;

/**
 * Least speed in dB/s before the programme goes out: what is audible of the room in front of it may rise or fall so fast. A step of
 * 6 dB within a second would be a jump.
 */
const SPEED_BEFORE = 5;

/**
 * Indexes of the state: gain in dB; loudness of the window in LUFS; hops that counted; the first of them; until one does, the first and
 * the last audible hop.
 */
const GAIN = 0;
const LOUDNESS = 1;
const COUNTED = 2;
const FIRST = 3;
const SINCE = 4;
const LAST = 5;
const VALUES = 6;

export interface LevellerOptions {
  readonly sampleRate: number;
  /** One a channel; see `channelWeights`. */
  readonly weights: readonly number[];
  readonly maxFrames: number;
  /** Time of programme whose loudness counts. */
  readonly windowMs: number;
  /** By how much the audio is later than what is listened to: so long the gain moves at once, as nothing audible comes out yet. */
  readonly aheadFrames: number;
}

export interface LevellerSettings {
  readonly targetLufs: number;
  readonly minGainDb: number;
  readonly maxGainDb: number;
  /** Fastest rise and fall of the gain in dB a second. */
  readonly upSpeed: number;
  readonly downSpeed: number;
  /** Below this loudness the gain moves a third as fast. */
  readonly gateLufs: number;
  /** Below this it holds, and what is heard does not count. */
  readonly freezeLufs: number;
  /** Holds the gain whatever is heard. */
  readonly hold: boolean;
}

/**
 * A gain that brings programme to a loudness at a bounded slope in dB. The window holds the last hops of 10 ms that were
 * heard above the freeze threshold and no others: a pause, however long, leaves it and the gain as they were. The gain is
 * derived every hop, counted from the start of the stream, and goes there along a straight line in dB.
 */
export class Leveller {
  readonly #state: StateMemory;
  readonly #hops: HopPower;
  readonly #gate: SlidingSum;
  readonly #window: SlidingSum;
  readonly #windowHops: number;
  readonly #freeHops: number;
  readonly #ramp: LinearRamp;
  readonly #values: Float64Array;
  readonly #gains: Float64Array;
  #settings: LevellerSettings | null = null;

  constructor(state: StateMemory, options: LevellerOptions) {
    const { sampleRate, weights, maxFrames, windowMs, aheadFrames } = options;
    this.#state = state;
    this.#windowHops = Math.max(1, Math.round((windowMs / 1000) * HOPS_PER_SECOND));
    this.#freeHops = Math.floor((aheadFrames * HOPS_PER_SECOND) / sampleRate);
    this.#hops = new HopPower(state, { sampleRate, weights, maxFrames });
    this.#gate = new SlidingSum(state, GATE_HOPS);
    this.#window = new SlidingSum(state, this.#windowHops);
    this.#ramp = new LinearRamp(state, sampleRate / HOPS_PER_SECOND);
    this.#values = state.f64(VALUES);
    this.#gains = state.memory.f64(maxFrames);
  }

  /**
   * New settings. Without `glide` they are what a new state, or one that the caller has cleared, begins with: at the allowed
   * gain nearest to 0 dB.
   */
  set(settings: LevellerSettings, glide: boolean): void {
    this.#settings = settings;
    if (glide) return;
    const gain = clamp(0, settings.minGainDb, settings.maxGainDb);
    this.#values[GAIN] = gain;
    this.#values[LOUDNESS] = Number.NEGATIVE_INFINITY;
    this.#ramp.jump(gain / DB_PER_OCTAVE);
  }

  /** The gain that is being gone to. */
  get gainDb(): number {
    return this.#values[GAIN];
  }

  /** Loudness of the window in LUFS; -Infinity before anything has counted. */
  get loudness(): number {
    return this.#values[LOUDNESS];
  }

  /** Derives the gain of the next frames from what is heard now. */
  listen(heard: Planar, frames: number): void {
    const { hops, ends, energies } = this.#hops;
    const ended = this.#hops.process(heard, frames);
    const settings = this.#settings!;
    let done = 0;
    for (let n = 0; n < ended; n++) {
      this.#glide(done, ends[n]);
      done = ends[n];
      this.#move(energies[n], hops + n + 1, settings);
    }
    this.#glide(done, frames);
  }

  /** Applies it, in place. */
  apply(main: Planar, frames: number): void {
    const { kernels } = this.#state.memory;
    for (let n = 0; n < main.length; n++) multiply(kernels, main[n], this.#gains, frames);
  }

  /** Writes the gains of some frames, as the ramp goes. */
  #glide(from: number, end: number): void {
    for (let done = from; done < end; ) {
      const span = this.#ramp.take(end - done);
      gainAlong(this.#state.memory.kernels, this.#gains, done, span);
      done += span.frames;
    }
  }

  /** Derives the gain from the energy of the hop with the number `hop`, counted from 1. */
  #move(energy: number, hop: number, settings: LevellerSettings): void {
    const { targetLufs, minGainDb, maxGainDb, freezeLufs, hold } = settings;
    const values = this.#values;
    this.#gate.add(energy);
    const now = loudnessOf(this.#gate.sum / this.#hops.framesIn(Math.min(hop, GATE_HOPS), hop));
    if (values[COUNTED] === 0 && now >= Math.min(AUDIBLE, freezeLufs)) this.#hear(hop);
    if (now < freezeLufs) return;
    if (values[COUNTED] === 0) values[FIRST] = hop;
    values[COUNTED] += 1;
    this.#window.add(energy / this.#hops.framesIn(1, hop));
    values[LOUDNESS] = loudnessOf(this.#window.sum / Math.min(values[COUNTED], this.#windowHops));
    if (hold) return;
    const wanted = clamp(targetLufs - values[LOUDNESS], minGainDb, maxGainDb);
    const least = hop - values[FIRST] < this.#freeHops ? SPEED_BEFORE : 0;
    values[GAIN] = hop - values[SINCE] < this.#freeHops ? wanted : this.#step(wanted, now, least, settings);
    this.#ramp.glide(values[GAIN] / DB_PER_OCTAVE);
  }

  /** Notes an audible hop; one behind so much silence that all before has gone out is as good as the first. */
  #hear(hop: number): void {
    const values = this.#values;
    if (values[SINCE] === 0 || hop - values[LAST] > this.#freeHops) values[SINCE] = hop;
    values[LAST] = hop;
  }

  /** As far towards the wanted gain as a hop allows, at `least` dB/s or faster. */
  #step(
    wanted: number,
    now: number,
    least: number,
    { upSpeed, downSpeed, gateLufs }: LevellerSettings,
  ): number {
    const share = now < gateLufs ? GATED_SPEED : 1;
    const up = Math.max(least, share * upSpeed) / HOPS_PER_SECOND;
    const down = Math.max(least, share * downSpeed) / HOPS_PER_SECOND;
    const gain = this.#values[GAIN];
    return clamp(wanted, gain - down, gain + up);
  }
}
