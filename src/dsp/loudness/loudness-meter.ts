import type { Planar } from '../../audio/block.ts';
import { gainToDb } from '../elementary.ts';
import type { StateMemory } from '../kernel-memory.ts';
import { PeakMeter } from '../levels/peak-meter.ts';
import { SlidingSum } from '../levels/sliding-sum.ts';
import { ValidSamples } from '../levels/valid-samples.ts';
import { GatedHistogram, loudnessOf } from './gated-histogram.ts';
import { HOPS_PER_SECOND, HopPower } from './hop-power.ts';

/** Momentary and short-term windows, 400 ms and 3 s (EBU Tech 3341, 2.2), in hops. */
const MOMENTARY_HOPS = 0.4 * HOPS_PER_SECOND;
const SHORT_TERM_HOPS = 3 * HOPS_PER_SECOND;
/** Gating blocks begin every 100 ms: 75 % overlap (BS.1770-5, Annex 1). Loudness range takes its values as often. */
const GATING_HOPS = 0.1 * HOPS_PER_SECOND;
/** Relative gates below the mean of what passed the absolute one: BS.1770-5, equation 6; EBU Tech 3342, 3. */
const INTEGRATED_GATE_LU = -10;
const RANGE_GATE_LU = -20;
/** Loudness range is the distance from the 10th to the 95th percentile (EBU Tech 3342, 3). */
const RANGE_LOW = 0.1;
const RANGE_HIGH = 0.95;

/** Indexes of powers: those of the latest hop, and the highest so far. */
const MOMENTARY = 0;
const SHORT_TERM = 1;
const MOMENTARY_MAX = 2;
const SHORT_TERM_MAX = 3;
const POWERS = 4;

/** What is fixed while a meter runs. */
export interface LoudnessOptions {
  readonly sampleRate: number;
  readonly channels: number;
  /** Largest number of frames that `process` is called with. */
  readonly maxFrames: number;
  /** One a channel; see `channelWeights`. */
  readonly weights: readonly number[];
  /** Whether peaks between the samples are read. @default true */
  readonly truePeak?: boolean;
}

/**
 * The loudness meter of ITU-R BS.1770-5 and EBU R 128 (Tech 3341, Tech 3342): momentary and short-term loudness every
 * 10 ms, integrated loudness, loudness range and peaks of a stream of any length, in constant memory. NaN, infinities
 * and samples above +60 dBFS read as 0. All loudness is in LUFS, -Infinity where there is none.
 */
export class LoudnessMeter {
  readonly #valid: ValidSamples;
  readonly #hops: HopPower;
  readonly #peaks: PeakMeter;
  readonly #momentary: SlidingSum;
  readonly #shortTerm: SlidingSum;
  readonly #powers: Float64Array;
  readonly #gatingBlocks: GatedHistogram;
  readonly #shortTerms: GatedHistogram;

  constructor(state: StateMemory, options: LoudnessOptions) {
    const { sampleRate, channels, maxFrames, weights, truePeak = true } = options;
    this.#valid = new ValidSamples(state.memory, channels, maxFrames);
    this.#hops = new HopPower(state, { sampleRate, weights, maxFrames });
    this.#peaks = new PeakMeter(state, { channels, maxFrames, truePeak });
    this.#momentary = new SlidingSum(state, MOMENTARY_HOPS);
    this.#shortTerm = new SlidingSum(state, SHORT_TERM_HOPS);
    this.#powers = state.f64(POWERS);
    this.#gatingBlocks = new GatedHistogram(state);
    this.#shortTerms = new GatedHistogram(state);
  }

  /** Takes the next frames; the arrays are on the memory of the state, and are only read. */
  process(channels: Planar, frames: number): void {
    const valid = this.#valid.of(channels, frames);
    this.#peaks.process(valid, this.#valid.peaks, frames);
    const { hops, energies } = this.#hops;
    const ended = this.#hops.process(valid, frames);
    for (let n = 0; n < ended; n++) this.#closeHop(energies[n], hops + n + 1);
  }

  /** Reads the true peak between the last samples; call it once, when the stream has ended. */
  finish(): void {
    this.#peaks.finish();
  }

  /** Begins integrated loudness, range, maxima and peaks anew; windows and filters go on. */
  restart(): void {
    this.#gatingBlocks.clear();
    this.#shortTerms.clear();
    this.#powers.fill(0, MOMENTARY_MAX);
    this.#peaks.restart();
  }

  /** Begins the peaks anew, and nothing else. */
  restartPeaks(): void {
    this.#peaks.restart();
  }

  /** Counts another programme's blocks in integrated loudness and range too, as if both were one: an album. */
  include(other: LoudnessMeter): void {
    this.#gatingBlocks.addAll(other.#gatingBlocks);
    this.#shortTerms.addAll(other.#shortTerms);
  }

  /** Loudness of the last 400 ms at the latest hop; none before the first 400 ms. */
  get momentary(): number {
    return loudnessOf(this.#powers[MOMENTARY]);
  }

  /** Loudness of the last 3 s at the latest hop; none before the first 3 s. */
  get shortTerm(): number {
    return loudnessOf(this.#powers[SHORT_TERM]);
  }

  /** The highest momentary loudness since the start, or since `restart`. */
  get momentaryMax(): number {
    return loudnessOf(this.#powers[MOMENTARY_MAX]);
  }

  /** The highest short-term loudness since then. */
  get shortTermMax(): number {
    return loudnessOf(this.#powers[SHORT_TERM_MAX]);
  }

  /** Integrated (programme) loudness, with both gates; none while no 400 ms passed -70 LUFS. */
  get integrated(): number {
    return this.#gatingBlocks.gatedMean(INTEGRATED_GATE_LU);
  }

  /** Loudness range in LU; null before there was a value of 3 s, of which it is made, 0 while none passed -70 LUFS. */
  get range(): number | null {
    const known = this.shortTermMax > Number.NEGATIVE_INFINITY;
    return known ? this.#shortTerms.spread(RANGE_GATE_LU, RANGE_LOW, RANGE_HIGH) : null;
  }

  /** Gating blocks above -70 LUFS so far, one every 100 ms. */
  get gatedBlocks(): number {
    return this.#gatingBlocks.count;
  }

  /** Highest true peak of a channel in dBTP, never below its sample peak; that alone when true peaks are not read. */
  truePeak(channel: number): number {
    return gainToDb(this.#peaks.truePeak(channel));
  }

  /** Highest true peak of all channels in dBTP. */
  get highestTruePeak(): number {
    return gainToDb(this.#peaks.highestTruePeak);
  }

  /** Highest sample of a channel in dBFS; -Infinity for silence. */
  samplePeak(channel: number): number {
    return gainToDb(this.#peaks.samplePeak(channel));
  }

  /** Highest sample of all channels in dBFS. */
  get highestSamplePeak(): number {
    return gainToDb(this.#peaks.highestSamplePeak);
  }

  /** Takes the energy of the hop with the number `hop`, counted from 1. */
  #closeHop(energy: number, hop: number): void {
    this.#momentary.add(energy);
    this.#shortTerm.add(energy);
    const atBlock = hop % GATING_HOPS === 0;
    if (hop >= MOMENTARY_HOPS) {
      const power = this.#momentary.sum / this.#hops.framesIn(MOMENTARY_HOPS, hop);
      this.#keep(MOMENTARY, MOMENTARY_MAX, power);
      if (atBlock) this.#gatingBlocks.add(power);
    }
    if (hop >= SHORT_TERM_HOPS) {
      const power = this.#shortTerm.sum / this.#hops.framesIn(SHORT_TERM_HOPS, hop);
      this.#keep(SHORT_TERM, SHORT_TERM_MAX, power);
      if (atBlock) this.#shortTerms.add(power);
    }
  }

  #keep(now: number, max: number, power: number): void {
    this.#powers[now] = power;
    this.#powers[max] = Math.max(this.#powers[max], power);
  }
}
