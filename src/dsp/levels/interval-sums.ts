import type { StateMemory } from '../kernel-memory.ts';

/**
 * Doubles that add up over a stream, read since its start and over intervals of it. What happens is added to `open`;
 * `close` ends the interval. The total is the sum of closed intervals in their order, so it is the same to the bit
 * however the stream was cut. Some of the values may be maxima instead of sums.
 */
export class IntervalSums {
  /** The interval that runs. */
  readonly open: Float64Array;
  /** The interval that ended last; zeros before the first one has. */
  readonly last: Float64Array;
  readonly #closed: Float64Array;
  readonly #isMaximum: (index: number) => boolean;

  constructor(state: StateMemory, length: number, isMaximum: (index: number) => boolean = () => false) {
    this.open = state.f64(length);
    this.last = state.f64(length);
    this.#closed = state.f64(length);
    this.#isMaximum = isMaximum;
  }

  /** Ends the open interval: it becomes the last one, and a new one begins. */
  close(): void {
    this.last.set(this.open);
    this.#addOpenTo(this.#closed);
    this.open.fill(0);
  }

  /** A copy of what has come together since the start. */
  total(): Float64Array {
    const sums = this.#closed.slice();
    this.#addOpenTo(sums);
    return sums;
  }

  #addOpenTo(sums: Float64Array): void {
    for (let i = 0; i < sums.length; i++) {
      sums[i] = this.#isMaximum(i) ? Math.max(sums[i], this.open[i]) : sums[i] + this.open[i];
    }
  }
}
