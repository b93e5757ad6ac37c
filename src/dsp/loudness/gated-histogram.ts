import { log10 } from '../elementary.ts';
import type { Kernels, StateMemory } from '../kernel-memory.ts';
import { indexOfRank, scaledSum64 } from '../levels/long-sums.ts';

/** Powers below -70 LUFS do not count: the absolute gate of ITU-R BS.1770-5 and EBU Tech 3342. */
const GATE_LUFS = -70;
/** Bins of 0.01 LU from the gate to +30 LUFS; what is louder counts in the last, with its own energy. */
const BINS_PER_LU = 100;
const BINS = 100 * BINS_PER_LU;
/** BS.1770-5, Annex 1, equation 2: a 997 Hz sine of full scale in one front channel reads -3.01. */
const OFFSET_LU = -0.691;

/** Loudness of a weighted mean square in LUFS; -Infinity for none. */
export const loudnessOf = (power: number): number => OFFSET_LU + 10 * log10(power);

/**
 * Powers of a stream of any length in constant memory. Each bin knows how many fell into it and their sum, not its
 * middle, so a mean over bins is exact: only a threshold within a bin is known to 0.01 LU.
 */
export class GatedHistogram {
  readonly #kernels: Kernels | null;
  readonly #counts: Float64Array;
  readonly #sums: Float64Array;
  /** Which bins have been hit: first, last + 1. */
  readonly #extent: Int32Array;
  /** Over all bins: the count and the sum. */
  readonly #totals: Float64Array;

  constructor(state: StateMemory) {
    this.#kernels = state.memory.kernels;
    this.#counts = state.f64(BINS);
    this.#sums = state.f64(BINS);
    this.#extent = state.i32(2);
    this.#totals = state.f64(2);
  }

  /** Counts a weighted mean square, if it passes the absolute gate. */
  add(power: number): void {
    const bin = this.#binOf(loudnessOf(power));
    if (bin < 0) return;
    const extent = this.#extent;
    extent[0] = extent[1] === 0 ? bin : Math.min(extent[0], bin);
    extent[1] = Math.max(extent[1], bin + 1);
    this.#counts[bin] += 1;
    this.#sums[bin] += power;
    this.#totals[0] += 1;
    this.#totals[1] += power;
  }

  /** Counts all that another has counted. */
  addAll(other: GatedHistogram): void {
    const [first, end] = other.#extent;
    if (end === 0) return;
    this.#extent[0] = this.#extent[1] === 0 ? first : Math.min(this.#extent[0], first);
    this.#extent[1] = Math.max(this.#extent[1], end);
    for (let bin = first; bin < end; bin++) {
      this.#counts[bin] += other.#counts[bin];
      this.#sums[bin] += other.#sums[bin];
    }
    this.#totals[0] += other.#totals[0];
    this.#totals[1] += other.#totals[1];
  }

  /** Forgets everything. */
  clear(): void {
    this.#counts.fill(0);
    this.#sums.fill(0);
    this.#extent.fill(0);
    this.#totals.fill(0);
  }

  /** Powers that passed the absolute gate. */
  get count(): number {
    return this.#totals[0];
  }

  /** Mean of the powers louder than `relativeLu` below the mean of all, in LUFS; -Infinity when there are none. */
  gatedMean(relativeLu: number): number {
    const from = this.#gate(relativeLu);
    return loudnessOf(this.#over(this.#sums, from) / Math.max(1, this.#over(this.#counts, from)));
  }

  /**
   * From one share of the powers louder than `relativeLu` below their mean to another, in LU: the distance of the values
   * at these shares of the way from the softest to the loudest. 0 when there are none.
   */
  spread(relativeLu: number, low: number, high: number): number {
    const from = this.#gate(relativeLu);
    const last = this.#over(this.#counts, from) - 1;
    if (last < 0) return 0;
    return this.#ranked(from, Math.round(high * last)) - this.#ranked(from, Math.round(low * last));
  }

  #binOf(lufs: number): number {
    return Math.min(BINS - 1, Math.floor((lufs - GATE_LUFS) * BINS_PER_LU));
  }

  /** The first bin above the relative gate. */
  #gate(relativeLu: number): number {
    const mean = this.#totals[1] / Math.max(1, this.#totals[0]);
    return Math.max(this.#extent[0], this.#binOf(loudnessOf(mean) + relativeLu));
  }

  #over(values: Float64Array, from: number): number {
    return scaledSum64(this.#kernels, values, from, this.#extent[1], 1);
  }

  /** Loudness of the value at an index, counted from bin `from`, of all in rising order. */
  #ranked(from: number, index: number): number {
    const bin = indexOfRank(this.#kernels, this.#counts, from, index);
    return loudnessOf(this.#sums[bin] / this.#counts[bin]);
  }
}
