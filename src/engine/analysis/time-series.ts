/** How two neighbours become one: the larger, or their mean (NaN is no value and does not count). */
export type Join = 'max' | 'mean';

/**
 * Rows of numbers at even steps, never more than `bound` of them: when it is full, neighbours are joined and the step
 * doubles. Memory is the same for a second and for a year.
 */
export class TimeSeries {
  readonly #width: number;
  readonly #bound: number;
  readonly #join: Join;
  readonly #rows: Float32Array;
  readonly #open: Float64Array;
  readonly #counts: Float64Array;
  #length = 0;
  #openRows = 0;
  #stride = 1;

  /** `width` numbers a row; `bound` is even. */
  constructor(join: Join, width: number, bound: number) {
    this.#join = join;
    this.#width = width;
    this.#bound = bound;
    this.#rows = new Float32Array(width * bound);
    this.#open = new Float64Array(width);
    this.#counts = new Float64Array(width);
    this.#empty();
  }

  /** How many pushed rows one kept row stands for: a power of two. */
  get stride(): number {
    return this.#stride;
  }

  /** Takes a row. */
  push(...row: readonly number[]): void {
    this.pushRow(row);
  }

  /** Takes a row that is an array. */
  pushRow(row: ArrayLike<number>): void {
    for (let i = 0; i < this.#width; i++) {
      const value = row[i];
      if (Number.isNaN(value)) continue;
      this.#open[i] = this.#join === 'max' ? Math.max(this.#open[i], value) : this.#open[i] + value;
      this.#counts[i] += 1;
    }
    this.#openRows += 1;
    if (this.#openRows === this.#stride) this.#close();
  }

  /** What is kept, a view a row, the open row among them. */
  rows(): Float32Array[] {
    const kept = Array.from({ length: this.#length }, (_, n) => this.#row(n));
    return this.#openRows > 0 ? [...kept, this.#openRow()] : kept;
  }

  /** The first number of each row. */
  values(): number[] {
    return this.rows().map(([first]) => first);
  }

  #row(n: number): Float32Array {
    return this.#rows.subarray(n * this.#width, (n + 1) * this.#width);
  }

  #openRow(): Float32Array {
    return Float32Array.from(this.#open, (value, i) => {
      if (this.#counts[i] === 0) return Number.NaN;
      return this.#join === 'max' ? value : value / this.#counts[i];
    });
  }

  #close(): void {
    this.#row(this.#length).set(this.#openRow());
    this.#length += 1;
    this.#empty();
    if (this.#length === this.#bound) this.#halve();
  }

  #empty(): void {
    this.#open.fill(this.#join === 'max' ? Number.NEGATIVE_INFINITY : 0);
    this.#counts.fill(0);
    this.#openRows = 0;
  }

  #halve(): void {
    const { max } = Math;
    for (let n = 0; n < this.#bound / 2; n++) {
      const [a, b] = [this.#row(2 * n), this.#row(2 * n + 1)];
      const joined = a.map((x, i) => {
        if (Number.isNaN(x)) return b[i];
        if (Number.isNaN(b[i])) return x;
        return this.#join === 'max' ? max(x, b[i]) : (x + b[i]) / 2;
      });
      this.#row(n).set(joined);
    }
    this.#length = this.#bound / 2;
    this.#stride *= 2;
  }
}
