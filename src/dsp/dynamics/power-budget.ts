import { flushTiny } from '../denormal.ts';
import type { StateMemory } from '../kernel-memory.ts';
import { SlidingSum } from '../levels/sliding-sum.ts';
import { smoothingCoefficient } from './envelope.ts';

/**
 * Share of the budget that the steady rate leaves alone, 0.22 dB, for bursts, which come before the mean has risen. What they took is
 * put back over so many seconds, and the rate falls to so much at most for it.
 */
const RESERVE = 0.05;
const RESERVE_SECONDS = 10;
const LEAST_RATE = 0.25;
/** What rounding may add up to in a window. */
const ROUNDING = 1e-6;

/** Indexes of the values: mean power of what comes in; the rate that can be kept up; hops so far. */
const MEAN = 0;
const RATE = 1;
const HOPS = 2;

/**
 * Gains under which power, integrated over any window of a length, stays within its allowance. Time is cut into hops; a hop's
 * power is a share of what is allowed on average, and hops that touch a window may have as many shares as a window has hops.
 * Two rules, the smaller gain counts:
 *   the mean power of what comes in, times the gain, is the rate that could be kept up from now on: the largest constant one by
 *   which no later window is over, given what has been let through (the budget of a receding horizon);
 *   a hop never takes more than what its own window has left, which makes the bound a bound and acts on little but sounds made for it.
 */
export class PowerBudget {
  readonly #hopsPerSecond: number;
  readonly #shares: number;
  readonly #reserveHops: number;
  readonly #window: SlidingSum;
  /** Shares let through, hop by hop, in a ring. */
  readonly #spent: Float64Array;
  readonly #values: Float64Array;
  #keep = 0;

  /** `hopsPerSecond` need not be whole. */
  constructor(state: StateMemory, windowSeconds: number, hopsPerSecond: number) {
    this.#hopsPerSecond = hopsPerSecond;
    this.#shares = windowSeconds * hopsPerSecond * (1 - ROUNDING);
    this.#reserveHops = RESERVE_SECONDS * hopsPerSecond;
    // A window may begin and end within a hop.
    const hops = Math.ceil(windowSeconds * hopsPerSecond) + 1;
    this.#window = new SlidingSum(state, hops - 1);
    this.#spent = state.f64(hops);
    this.#values = state.f64(3);
  }

  /** Time constant of the mean power in ms. */
  set(meanMs: number): void {
    this.#keep = smoothingCoefficient(meanMs, this.#hopsPerSecond);
  }

  /**
   * Gain, as a factor on power and at most 1, of the next hop, which is taken as spent. `scale`: shares that a power of 1 is. When it
   * changes, shares that are spent stay what they were.
   */
  admit(power: number, scale: number): number {
    const values = this.#values;
    const hop = values[HOPS];
    if (hop % Math.round(this.#hopsPerSecond) === 0) values[RATE] = this.#sustainable(hop);
    values[MEAN] = this.#keep * values[MEAN] + (1 - this.#keep) * power;
    const mean = values[MEAN] * scale;
    const wanted = mean > values[RATE] ? values[RATE] / mean : 1;
    const asked = power * scale;
    const left = Math.max(0, this.#shares - this.#window.sum);
    const gain = wanted * asked > left ? left / asked : wanted;
    const share = gain * asked;
    this.#window.add(share);
    this.#spent[hop % this.#spent.length] = share;
    values[HOPS] = hop + 1;
    flushTiny(values);
    return gain;
  }

  /** The largest rate that can be kept up: over the next k hops it may take what the hops before them have left of a window. */
  #sustainable(hop: number): number {
    const { length } = this.#spent;
    let rate = 1;
    let spent = 0;
    for (let k = length; k >= 1; k--) {
      const budget = this.#shares * (1 - RESERVE * Math.min(1, k / this.#reserveHops));
      rate = Math.min(rate, (budget - spent) / k);
      spent += this.#spent[(hop + k - 1) % length];
    }
    return Math.max(LEAST_RATE, rate);
  }
}
