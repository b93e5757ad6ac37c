import { exp, exp2, log2, powerToDb } from '../elementary.ts';
import type { Kernels, StateMemory } from '../kernel-memory.ts';
import { fastLog2 } from '../log-domain.ts';
import type { CriticalBand } from './critical-bands.ts';
import { MaskingThresholds } from './masking.ts';

/** Where the lines of `tiltDb` cross, in Hz. */
const TILT_PIVOT_HZ = 1000;
/** What the moves may add up to, in dB, where the offset of all moves has been found; and most steps towards it. */
const BALANCED = 1e-9;
const STEPS = 40;
/** dB of a doubled power: 10 log10 2. */
const DB_PER_DOUBLING = 3.010299956639812;
/**
 * Power under that of the loudest band at which a band is not heard: 60 dB. Where the loudest band plays at 70 dB SPL, that
 * is the threshold in quiet between 125 Hz and 8 kHz (ISO 389-7), and dither is never taken for programme.
 */
const INAUDIBLE = 1e-6;

/** How far a hop may stand over the mean, as a power: a spike then counts for no more than a loud hop, in all bands alike. */
const HIGHEST_HOP = 16;
/** What counts in full whatever the mean: -100 dB. */
const QUIET = 1e-10;

/** Places of the settings, which the kernel reads: its order is the same. */
const GATE = 0;
const WEIGHT = 1;
const AMOUNT = 2;
const MOST_BOOST = 3;
const MOST_CUT = 4;
const STEP = 5;
const SETTINGS = 6;

/** What the moves are drawn towards, and how far and fast they may go. */
export interface BalanceSettings {
  /** Level of each band against pink noise, in dB; only differences count. */
  readonly targetDb: readonly number[];
  /** Slope added to the target, in dB an octave. */
  readonly tiltDb: number;
  /** Part of the way to the target, 0..1. */
  readonly amount: number;
  /** Fastest move in dB a second. */
  readonly speedDb: number;
  readonly maxBoostDb: number;
  readonly maxCutDb: number;
  /** Time constant of the running mean of each band's power, in ms. */
  readonly windowMs: number;
  /** Mean square of the sound, in dB, below which nothing is learnt and nothing moves. */
  readonly gateDb: number;
}

/**
 * Gains for the critical bands that bring their long-term balance to a target: each band's mean power an octave is held
 * against the target, the moves that add up to 0 dB over the bands are taken, and a band that its neighbours mask
 * is left alone.
 */
export class BandBalance {
  /** Gains in dB, one a band. */
  readonly gainsDb: Float64Array;
  readonly #kernels: Kernels | null;
  readonly #bands: readonly CriticalBand[];
  readonly #hopSeconds: number;
  readonly #masking: MaskingThresholds;
  /** Running mean of each band's power. */
  readonly #means: Float64Array;
  /** 1 for a band that is masked or too quiet to be heard. */
  readonly #masked: Int32Array;
  /** Hops learnt from. */
  readonly #learnt: Float64Array;
  readonly #errors: Float64Array;
  /** Wanted level of each band's whole power, in dB. */
  readonly #wanted: Float64Array;
  /** See the places above. */
  readonly #settings: Float64Array;

  constructor(state: StateMemory, bands: readonly CriticalBand[], hopSeconds: number) {
    const { memory } = state;
    this.#kernels = memory.kernels;
    this.#bands = bands;
    this.#hopSeconds = hopSeconds;
    this.#masking = new MaskingThresholds(memory, bands.length);
    this.gainsDb = state.f64(bands.length);
    this.#means = state.f64(bands.length);
    this.#masked = state.i32(bands.length);
    this.#learnt = state.f64(1);
    this.#errors = memory.f64(this.#masking.stride);
    this.#wanted = memory.f64(this.#masking.stride);
    this.#settings = memory.f64(SETTINGS);
  }

  set({ targetDb, tiltDb, amount, speedDb, maxBoostDb, maxCutDb, windowMs, gateDb }: BalanceSettings): void {
    this.#settings[GATE] = exp2(gateDb / DB_PER_DOUBLING);
    this.#settings[WEIGHT] = 1 - exp(-this.#hopSeconds / (windowMs / 1000));
    this.#settings[AMOUNT] = amount;
    this.#settings[MOST_BOOST] = maxBoostDb;
    this.#settings[MOST_CUT] = maxCutDb;
    this.#settings[STEP] = speedDb * this.#hopSeconds;
    this.#bands.forEach(({ octaves, centreHz }, n) => {
      const tilt = tiltDb * log2(centreHz / TILT_PIVOT_HZ);
      this.#wanted[n] = targetDb[n] + tilt + powerToDb(octaves);
    });
  }

  /** Level of each band in dB: mean power an octave; null before anything was learnt. */
  get levelsDb(): readonly number[] | null {
    if (this.#learnt[0] === 0) return null;
    return this.#bands.map(({ octaves }, n) => powerToDb(this.#means[n] / octaves));
  }

  /** Whether a band is left alone because its neighbours mask it. */
  get masked(): readonly boolean[] {
    return Array.from(this.#masked, (masked) => masked === 1);
  }

  /** Takes the power (mean square) of each band over one hop, on the memory of the state, and moves the gains. */
  step(powers: Float64Array): void {
    if (this.#kernels === null) {
      this.#step(powers);
      return;
    }
    const { stride, spread, thresholds } = this.#masking;
    this.#kernels.balanceBands(
      powers.byteOffset,
      powers.length,
      stride,
      this.#settings.byteOffset,
      this.#wanted.byteOffset,
      this.#learnt.byteOffset,
      this.#means.byteOffset,
      this.#masked.byteOffset,
      this.gainsDb.byteOffset,
      spread.byteOffset,
      thresholds.byteOffset,
      this.#errors.byteOffset,
    );
  }

  /** Twin of the kernel `balanceBands`. */
  #step(powers: Float64Array): void {
    let total = 0;
    for (let n = 0; n < powers.length; n++) total += powers[n];
    if (!(total >= this.#settings[GATE])) return;
    this.#learn(powers);
    const offset = this.#findOffset();
    const step = this.#settings[STEP];
    for (let n = 0; n < this.gainsDb.length; n++) {
      const way = this.#move(n, offset) - this.gainsDb[n];
      this.gainsDb[n] += Math.max(-step, Math.min(step, way));
    }
  }

  /** A running mean that begins as the plain mean, so that the first second counts for what it is. */
  #learn(powers: Float64Array): void {
    this.#learnt[0] += 1;
    const weight = Math.max(this.#settings[WEIGHT], 1 / this.#learnt[0]);
    for (let n = 0; n < powers.length; n++) {
      const mean = this.#means[n];
      const most = weight < 1 ? Math.max(HIGHEST_HOP * mean, QUIET) : powers[n];
      this.#means[n] = mean + weight * (Math.min(powers[n], most) - mean);
    }
    let floor = 0;
    for (let n = 0; n < powers.length; n++) floor = Math.max(floor, INAUDIBLE * this.#means[n]);
    const thresholds = this.#masking.of(this.#means);
    for (let n = 0; n < powers.length; n++) {
      this.#masked[n] = this.#means[n] > Math.max(floor, thresholds[n]) ? 0 : 1;
    }
  }

  /**
   * Finds the distance of each audible band from the target, and the offset at which the moves add up to 0 dB: their mean
   * where no move is bounded. The sum falls with the offset along straight pieces, so Newton's method ends on the right one; the
   * bracket keeps it on its way.
   */
  #findOffset(): number {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    let [total, audible] = [0, 0];
    for (let n = 0; n < this.#means.length; n++) {
      if (this.#masked[n] === 1) continue;
      const error = this.#wanted[n] - DB_PER_DOUBLING * fastLog2(this.#means[n]);
      this.#errors[n] = error;
      low = Math.min(low, error);
      high = Math.max(high, error);
      total += error;
      audible += 1;
    }
    const amount = this.#settings[AMOUNT];
    const maxBoost = this.#settings[MOST_BOOST];
    const maxCut = this.#settings[MOST_CUT];
    let offset = total / audible;
    for (let step = 0; step < STEPS; step++) {
      let sum = 0;
      let slope = 0;
      for (let n = 0; n < this.#means.length; n++) {
        const move = this.#move(n, offset);
        sum += move;
        if (move > -maxCut && move < maxBoost && this.#masked[n] === 0) slope += amount;
      }
      if (Math.abs(sum) < BALANCED) break;
      if (sum > 0) low = offset;
      else high = offset;
      const next = offset + sum / slope;
      offset = next > low && next < high ? next : (low + high) / 2;
    }
    return offset;
  }

  /** Where a band's gain is drawn to. */
  #move(n: number, offset: number): number {
    if (this.#masked[n] === 1) return 0;
    const wanted = this.#settings[AMOUNT] * (this.#errors[n] - offset);
    return Math.max(-this.#settings[MOST_CUT], Math.min(this.#settings[MOST_BOOST], wanted));
  }
}
