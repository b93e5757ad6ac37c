import { exp, exp2, log2, powerToDb } from '../elementary.ts';
import type { StateMemory } from '../kernel-memory.ts';
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
  #settings: BalanceSettings | null = null;
  #weight = 1;
  /** Mean square below which nothing is learnt. */
  #gate = 0;

  constructor(state: StateMemory, bands: readonly CriticalBand[], hopSeconds: number) {
    this.#bands = bands;
    this.#hopSeconds = hopSeconds;
    this.#masking = new MaskingThresholds(state.memory, bands.length);
    this.gainsDb = state.f64(bands.length);
    this.#means = state.f64(bands.length);
    this.#masked = state.i32(bands.length);
    this.#learnt = state.f64(1);
    this.#errors = new Float64Array(bands.length);
    this.#wanted = new Float64Array(bands.length);
  }

  set(settings: BalanceSettings): void {
    this.#settings = settings;
    this.#weight = 1 - exp(-this.#hopSeconds / (settings.windowMs / 1000));
    this.#gate = exp2(settings.gateDb / DB_PER_DOUBLING);
    this.#bands.forEach(({ octaves, centreHz }, n) => {
      const tilt = settings.tiltDb * log2(centreHz / TILT_PIVOT_HZ);
      this.#wanted[n] = settings.targetDb[n] + tilt + powerToDb(octaves);
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

  /** Takes the power (mean square) of each band over one hop and moves the gains. */
  step(powers: Float64Array): void {
    const settings = this.#settings!;
    let total = 0;
    for (let n = 0; n < powers.length; n++) total += powers[n];
    if (!(total >= this.#gate)) return;
    this.#learn(powers);
    const offset = this.#findOffset(settings);
    const step = settings.speedDb * this.#hopSeconds;
    for (let n = 0; n < this.gainsDb.length; n++) {
      const way = this.#move(n, offset, settings) - this.gainsDb[n];
      this.gainsDb[n] += Math.max(-step, Math.min(step, way));
    }
  }

  /** A running mean that begins as the plain mean, so that the first second counts for what it is. */
  #learn(powers: Float64Array): void {
    this.#learnt[0] += 1;
    const weight = Math.max(this.#weight, 1 / this.#learnt[0]);
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
  #findOffset(settings: BalanceSettings): number {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    let [total, audible] = [0, 0];
    for (let n = 0; n < this.#errors.length; n++) {
      if (this.#masked[n] === 1) continue;
      const error = this.#wanted[n] - DB_PER_DOUBLING * fastLog2(this.#means[n]);
      this.#errors[n] = error;
      low = Math.min(low, error);
      high = Math.max(high, error);
      total += error;
      audible += 1;
    }
    const { amount, maxBoostDb, maxCutDb } = settings;
    let offset = total / audible;
    for (let step = 0; step < STEPS; step++) {
      let sum = 0;
      let slope = 0;
      for (let n = 0; n < this.#errors.length; n++) {
        const move = this.#move(n, offset, settings);
        sum += move;
        if (move > -maxCutDb && move < maxBoostDb && this.#masked[n] === 0) slope += amount;
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
  #move(n: number, offset: number, { amount, maxBoostDb, maxCutDb }: BalanceSettings): number {
    if (this.#masked[n] === 1) return 0;
    return Math.max(-maxCutDb, Math.min(maxBoostDb, amount * (this.#errors[n] - offset)));
  }
}
