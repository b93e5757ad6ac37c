import type { Planar } from '../../audio/block.ts';
import { gainToDb, powerToDb } from '../elementary.ts';
import type { StateMemory } from '../kernel-memory.ts';
import { GUARD_LIMIT } from './guard.ts';
import { IntervalSums } from './interval-sums.ts';

/**
 * Magnitude from which a sample counts as clipped: 32767/32768, the largest positive value of 16-bit PCM. Every
 * integer format of 16 bits or more has its positive full scale at or above it, and so does float at 1.0.
 */
export const CLIP_LEVEL = 32767 / 32768;

/** Index of each value in a channel's record of doubles; the same places stand in src/kernels/statistics.ts. */
const SQUARES = 0;
const SUMS = 4;
const PEAK = 8;
const CLIPPED = 9;
const INVALID = 10;
const RECORD = 11;
/** Behind the channels' records: four lanes of products of the pair, then the frames counted. */
const PRODUCTS = 4;

/** What is known of one channel over a stretch of the stream. */
export interface ChannelLevels {
  /** Sample peak in dBFS; -Infinity for silence. */
  readonly peak: number;
  /** Root mean square in dB re 1.0, so that a full-scale sine reads -3.01; -Infinity for silence. */
  readonly rms: number;
  /** Peak minus RMS in dB; null for silence. */
  readonly crestFactor: number | null;
  /** Mean of the samples, linear. */
  readonly dcOffset: number;
  /** Samples with |x| >= `CLIP_LEVEL`. */
  readonly clippedSamples: number;
  /** NaN, infinities and samples above +60 dBFS: counted here and 0 to every other figure. */
  readonly invalidSamples: number;
}

/** What is known of all channels together, and of each. */
export interface Levels extends ChannelLevels {
  /** Frames in this stretch. */
  readonly frames: number;
  /**
   * Correlation of the pair, sum xy / sqrt(sum x^2 sum y^2), from -1 to 1, about zero and not about the means, as
   * correlation meters have it; null without a pair or with silence in one of the two.
   */
  readonly correlation: number | null;
  readonly channels: readonly ChannelLevels[];
}

/** Four lanes in a fixed order. */
export const laneSum = (values: Float64Array, at: number): number =>
  values[at] + values[at + 1] + (values[at + 2] + values[at + 3]);

/** Adds frames to a channel's record; a frame's lane is its absolute position modulo 4. Kernel: `addLevels`. */
function addLevels(x: Float32Array, from: number, frames: number, lane: number, record: Float64Array): void {
  for (let i = 0; i < frames; i++) {
    const value = x[from + i];
    const level = Math.abs(value);
    if (!(level <= GUARD_LIMIT)) {
      record[INVALID] += 1;
      continue;
    }
    const at = (lane + i) & 3;
    record[SQUARES + at] += value * value;
    record[SUMS + at] += value;
    if (level > record[PEAK]) record[PEAK] = level;
    if (level >= CLIP_LEVEL) record[CLIPPED] += 1;
  }
}

/** Adds the products of two channels to four lanes. Kernel: `addProducts`. */
function addProducts(
  x: Float32Array,
  y: Float32Array,
  from: number,
  frames: number,
  lane: number,
  lanes: Float64Array,
) {
  for (let i = from; i < from + frames; i++) {
    if (!(Math.abs(x[i]) <= GUARD_LIMIT && Math.abs(y[i]) <= GUARD_LIMIT)) continue;
    lanes[(lane + i - from) & 3] += x[i] * y[i];
  }
}

function channelLevels(record: Float64Array, frames: number): ChannelLevels {
  const peak = gainToDb(record[PEAK]);
  const rms = powerToDb(frames === 0 ? 0 : laneSum(record, SQUARES) / frames);
  return {
    peak,
    rms,
    crestFactor: rms === Number.NEGATIVE_INFINITY ? null : peak - rms,
    dcOffset: frames === 0 ? 0 : laneSum(record, SUMS) / frames,
    clippedSamples: record[CLIPPED],
    invalidSamples: record[INVALID],
  };
}

/**
 * Peak, RMS, DC, clipped samples and the correlation of a pair of channels, over the whole stream and over intervals of it.
 * Exact sums: a product of two 24-bit significands fits a double, and the order of additions hangs on absolute
 * positions alone, so both backends and every way of cutting the stream give the same bits.
 */
export class LevelStatistics {
  readonly #state: StateMemory;
  readonly #channels: number;
  readonly #pair: readonly [number, number] | null;
  /** The channels' records, the products of the pair, the frames. */
  readonly #sums: IntervalSums;
  readonly #records: readonly Float64Array[];
  readonly #products: Float64Array;
  /** Frames since the start. */
  readonly #position: Float64Array;

  /** `pair`: the two channels to correlate, or null. */
  constructor(state: StateMemory, channels: number, pair: readonly [number, number] | null) {
    this.#state = state;
    this.#channels = channels;
    this.#pair = pair;
    const products = channels * RECORD;
    this.#sums = new IntervalSums(state, products + PRODUCTS + 1, (i) => i < products && i % RECORD === PEAK);
    this.#position = state.f64(1);
    this.#records = this.#recordsOf(this.#sums.open);
    this.#products = this.#sums.open.subarray(products, products + PRODUCTS);
  }

  /** Takes `frames` frames of each channel, beginning at index `from`. */
  process(channels: Planar, from: number, frames: number): void {
    const kernels = this.#state.memory.kernels;
    const lane = this.#position[0] % 4;
    for (let c = 0; c < this.#channels; c++) {
      const x = channels[c];
      const record = this.#records[c];
      if (kernels) {
        kernels.addLevels(x.byteOffset + 4 * from, frames, lane, GUARD_LIMIT, CLIP_LEVEL, record.byteOffset);
      } else addLevels(x, from, frames, lane, record);
    }
    if (this.#pair) {
      const [x, y] = [channels[this.#pair[0]], channels[this.#pair[1]]];
      const lanes = this.#products;
      if (kernels) {
        const at = 4 * from;
        kernels.addProducts(
          x.byteOffset + at,
          y.byteOffset + at,
          frames,
          lane,
          GUARD_LIMIT,
          lanes.byteOffset,
        );
      } else addProducts(x, y, from, frames, lane, lanes);
    }
    this.#sums.open[this.#sums.open.length - 1] += frames;
    this.#position[0] += frames;
  }

  /** Ends the open interval: it becomes the last one, and a new one begins. */
  closeInterval(): void {
    this.#sums.close();
  }

  /** Levels since the start of the stream. */
  sinceStart(): Levels {
    return this.#levels(this.#sums.total());
  }

  /** Levels of the last closed interval; of no frames before the first one has closed. */
  lastInterval(): Levels {
    return this.#levels(this.#sums.last);
  }

  #recordsOf(sums: Float64Array): Float64Array[] {
    return Array.from({ length: this.#channels }, (_, c) => sums.subarray(c * RECORD, (c + 1) * RECORD));
  }

  #levels(sums: Float64Array): Levels {
    const frames = sums[sums.length - 1];
    const records = this.#recordsOf(sums);
    return {
      frames,
      ...this.#together(records, frames),
      correlation: this.#correlation(records, laneSum(sums, this.#channels * RECORD)),
      channels: records.map((record) => channelLevels(record, frames)),
    };
  }

  /** All channels as if they were one, that many times as long; its peak is the highest of all. */
  #together(records: readonly Float64Array[], frames: number): ChannelLevels {
    const sum = new Float64Array(RECORD);
    for (const record of records) {
      for (let i = 0; i < RECORD; i++) sum[i] = i === PEAK ? Math.max(sum[i], record[i]) : sum[i] + record[i];
    }
    return channelLevels(sum, frames * this.#channels);
  }

  #correlation(records: readonly Float64Array[], product: number): number | null {
    if (!this.#pair) return null;
    const [a, b] = this.#pair.map((channel) => laneSum(records[channel], SQUARES));
    return a > 0 && b > 0 ? Math.max(-1, Math.min(1, product / Math.sqrt(a * b))) : null;
  }
}
