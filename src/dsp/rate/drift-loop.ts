import { clamp } from '../clamp.ts';
import { exp } from '../elementary.ts';

/** Most by which the ratio departs from 1: 1.7 cents, a third of what is heard of a tone that changes. */
const MOST_DRIFT = 1000e-6;
/** Most by which it changes in a second. */
const MOST_SLEW = 100e-6;
/** Bandwidth in Hz: it follows at once where it begins, and what jitters least when it knows the clock. */
const WIDEST = 0.05;
const NARROWEST = 0.002;
/** The filters in front stand so far above the bandwidth that they turn its phase by 6 degrees. */
const FILTER = 20;
/** Settled when what is left to correct has been below this for so long, in s. */
const SMALL = 10e-6;
const SETTLED_AFTER = 20;

/**
 * Learns the ratio of two clocks from how much waits between them: a loop of the second order, critically damped, behind two
 * low-passes (F. Adriaensen, "Using a DLL to filter time", LAC 2005, and "Controlling adaptive resampling", LAC 2012). Its
 * bandwidth narrows as 1/time, as the knowledge of the clock grows.
 */
export class DriftLoop {
  #seconds = 0;
  #filtered = 0;
  #correction = 0;
  #drift = 0;
  #ratio = 1;
  #small = 0;

  /** How many times as fast the input is to be read. */
  get ratio(): number {
    return this.#ratio;
  }

  /** Whether the ratio stands. */
  get settled(): boolean {
    return this.#small >= SETTLED_AFTER;
  }

  /** Takes by how many seconds of audio too much waits now, `seconds` after the last time. */
  update(excess: number, seconds: number): void {
    this.#seconds += seconds;
    const bandwidth = Math.max(NARROWEST, Math.min(WIDEST, 1 / this.#seconds));
    const speed = 2 * Math.PI * bandwidth;
    const share = 1 - exp(-FILTER * speed * seconds);
    this.#filtered += share * (2 * speed * excess - this.#filtered);
    this.#correction += share * (this.#filtered - this.#correction);
    const drift = this.#drift + (speed / 2) * seconds * this.#correction;
    this.#drift = clamp(drift, -MOST_DRIFT, MOST_DRIFT);
    const wanted = 1 + clamp(this.#drift + this.#correction, -MOST_DRIFT, MOST_DRIFT);
    const slew = MOST_SLEW * seconds;
    this.#ratio += clamp(wanted - this.#ratio, -slew, slew);
    this.#small = Math.abs(this.#correction) < SMALL ? this.#small + seconds : 0;
  }

  /** Begins to correct anew, from the drift that it knows. */
  restart(): void {
    this.#seconds = 0;
    this.#filtered = 0;
    this.#correction = 0;
    this.#small = 0;
  }
}
