import type { StateMemory } from '../kernel-memory.ts';

/**
 * Sum of the last `length` values, none of them negative, in constant time per value. As in `SlidingMax`, the window is the
 * tail of the run before and the head of this one, so nothing is ever subtracted and no rounding error piles up:
 * silence sums to exactly 0 again.
 */
export class SlidingSum {
  readonly #length: number;
  /** The run that is coming in; sums of the tails of the run before. */
  readonly #run: Float64Array;
  readonly #tails: Float64Array;
  /** Sum and length of what has come in; sum of the window. */
  readonly #now: Float64Array;

  constructor(state: StateMemory, length: number) {
    this.#length = length;
    this.#run = state.f64(length);
    this.#tails = state.f64(length + 1);
    this.#now = state.f64(3);
  }

  /** Sum of the last values; those before the first count 0. */
  get sum(): number {
    return this.#now[2];
  }

  add(value: number): void {
    const length = this.#length;
    const now = this.#now;
    this.#run[now[1]] = value;
    now[0] += value;
    now[1] += 1;
    now[2] = this.#tails[now[1]] + now[0];
    if (now[1] < length) return;
    for (let k = length - 1; k >= 0; k--) this.#tails[k] = this.#run[k] + this.#tails[k + 1];
    now[0] = 0;
    now[1] = 0;
  }
}
