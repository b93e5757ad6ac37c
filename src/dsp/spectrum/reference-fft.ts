import { type Points, StockhamPasses } from './stockham.ts';

const f = Math.fround;

/**
 * The twin of the kernel `realFft`, the same operations in the same order in single precision: N real points as M = N/2
 * complex ones, then the split into the spectrum of the real input.
 */
export class ReferenceFft {
  readonly #m: number;
  readonly #tables: Float32Array;
  /** Where the tables of the split begin: behind the twiddles of all passes. */
  readonly #split: number;
  readonly #passes: StockhamPasses;

  /** `size` is a power of two from 16 on; `tables` as the kernel reads them. */
  constructor(size: number, tables: Float32Array) {
    this.#m = size / 2;
    this.#tables = tables;
    this.#split = tables.length - 2 * (this.#m / 2 + 1);
    this.#passes = new StockhamPasses(this.#m, tables);
  }

  /** Transforms `input` (size samples) into `re` and `im` (size/2 + 1 values each). */
  transform(input: Float32Array, re: Float32Array, im: Float32Array): void {
    const { points } = this.#passes;
    for (let i = 0; i < this.#m; i++) {
      points.re[i] = input[2 * i];
      points.im[i] = input[2 * i + 1];
    }
    this.#splitInto(re, im, this.#passes.run());
  }

  /** X[k] = E + W^k O and X[M - k] = conj(E - W^k O), E = (Z[k] + conj Z[M-k]) / 2, O = (Z[k] - conj Z[M-k]) / 2i. */
  #splitInto(re: Float32Array, im: Float32Array, { re: zr, im: zi }: Points): void {
    const [m, table] = [this.#m, this.#split];
    for (let k = 1; k <= m / 2; k++) {
      const er = f(zr[k] / 2 + zr[m - k] / 2);
      const ei = f(zi[k] / 2 - zi[m - k] / 2);
      const or = f(zi[k] / 2 + zi[m - k] / 2);
      const oi = f(zr[m - k] / 2 - zr[k] / 2);
      const c = this.#tables[table + k];
      const s = this.#tables[table + m / 2 + 1 + k];
      const tr = f(f(c * or) + f(s * oi));
      const ti = f(f(c * oi) - f(s * or));
      re[k] = er + tr;
      im[k] = ei + ti;
      re[m - k] = er - tr;
      im[m - k] = ti - ei;
    }
    re[0] = zr[0] + zi[0];
    im[0] = 0;
    re[m] = zr[0] - zi[0];
    im[m] = 0;
  }
}
