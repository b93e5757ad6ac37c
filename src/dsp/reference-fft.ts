import { cos, sin } from './elementary.ts';

/** Order of the points after the halvings of a decimation in time: bit b of the index becomes bit (bits - 1 - b). */
function bitReversal(size: number): Int32Array {
  const order = new Int32Array(size);
  for (let i = 1; i < size; i++) order[i] = (order[i >> 1] >> 1) | (i & 1 ? size >> 1 : 0);
  return order;
}

/**
 * Discrete Fourier transform of real input, X[k] = sum x[n] e^(-2 pi i k n / size), for k = 0..size/2: the
 * radix-2 decimation in time of Cooley and Tukey (Math. Comp. 19, 1965) in double precision, written to be read.
 */
export class ReferenceFft {
  readonly #order: Int32Array;
  readonly #cosines: Float64Array;
  readonly #sines: Float64Array;
  readonly #re: Float64Array;
  readonly #im: Float64Array;

  /** `size` is a power of two. */
  constructor(size: number) {
    this.#order = bitReversal(size);
    this.#cosines = Float64Array.from({ length: size / 2 }, (_, k) => cos((2 * Math.PI * k) / size));
    this.#sines = Float64Array.from({ length: size / 2 }, (_, k) => sin((2 * Math.PI * k) / size));
    this.#re = new Float64Array(size);
    this.#im = new Float64Array(size);
  }

  /** Transforms `input` (size samples) into `re` and `im` (size/2 + 1 values each). */
  transform(input: Float32Array, re: Float32Array, im: Float32Array): void {
    const size = this.#order.length;
    for (let i = 0; i < size; i++) this.#re[i] = input[this.#order[i]];
    this.#im.fill(0);
    for (let half = 1; half < size; half *= 2) {
      for (let start = 0; start < size; start += 2 * half) this.#merge(start, half);
    }
    for (let k = 0; k <= size / 2; k++) {
      re[k] = this.#re[k];
      im[k] = this.#im[k];
    }
  }

  /** Joins the transforms of `half` points at `start` and behind it into one of twice the length. */
  #merge(start: number, half: number): void {
    const re = this.#re;
    const im = this.#im;
    const step = this.#cosines.length / half;
    for (let k = 0; k < half; k++) {
      const a = start + k;
      const b = a + half;
      const c = this.#cosines[k * step];
      const s = this.#sines[k * step];
      const turnedRe = re[b] * c + im[b] * s;
      const turnedIm = im[b] * c - re[b] * s;
      re[b] = re[a] - turnedRe;
      im[b] = im[a] - turnedIm;
      re[a] += turnedRe;
      im[a] += turnedIm;
    }
  }
}
