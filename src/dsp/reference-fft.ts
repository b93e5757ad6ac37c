const f = Math.fround;

/** Real and imaginary parts of `m` complex points. */
interface Points {
  readonly re: Float32Array;
  readonly im: Float32Array;
}

/**
 * The twin of the kernel `realFft`, the same operations in the same order in single precision: N real points as M = N/2
 * complex ones, radix-4 Stockham passes (P. N. Swarztrauber, "FFT algorithms for vector computers", Parallel Computing
 * 1, 1984), one radix-2 pass when log2 M is odd, then the split into the spectrum of the real input.
 */
export class ReferenceFft {
  readonly #m: number;
  readonly #tables: Float32Array;
  #x: Points;
  #y: Points;

  /** `size` is a power of two from 16 on; `tables` as the kernel reads them. */
  constructor(size: number, tables: Float32Array) {
    this.#m = size / 2;
    this.#tables = tables;
    const points = (): Points => ({ re: new Float32Array(this.#m), im: new Float32Array(this.#m) });
    this.#x = points();
    this.#y = points();
  }

  /** Transforms `input` (size samples) into `re` and `im` (size/2 + 1 values each). */
  transform(input: Float32Array, re: Float32Array, im: Float32Array): void {
    const m = this.#m;
    for (let i = 0; i < m; i++) {
      this.#x.re[i] = input[2 * i];
      this.#x.im[i] = input[2 * i + 1];
    }
    let table = 0;
    let n = m;
    for (let stride = 1; n >= 4; n /= 4, stride *= 4) {
      this.#pass4(n, stride, table);
      table += (n / 4) * 6;
      [this.#x, this.#y] = [this.#y, this.#x];
    }
    if (n === 2) this.#pass2();
    this.#split(re, im, table);
  }

  /** Transforms of length n that lie `stride` apart, from x to y: four points merge, three of them turned. */
  #pass4(n: number, stride: number, table: number): void {
    const [{ re: xr, im: xi }, { re: yr, im: yi }, w] = [this.#x, this.#y, this.#tables];
    const quarter = n / 4;
    const far = quarter * stride;
    for (let p = 0; p < quarter; p++) {
      for (let q = 0; q < stride; q++) {
        const i = p * stride + q;
        const o = 4 * p * stride + q;
        const acr = f(xr[i] + xr[i + 2 * far]);
        const aci = f(xi[i] + xi[i + 2 * far]);
        const bdr = f(xr[i + far] + xr[i + 3 * far]);
        const bdi = f(xi[i + far] + xi[i + 3 * far]);
        const sr = f(xr[i] - xr[i + 2 * far]);
        const si = f(xi[i] - xi[i + 2 * far]);
        const tr = f(xr[i + far] - xr[i + 3 * far]);
        const ti = f(xi[i + far] - xi[i + 3 * far]);
        yr[o] = acr + bdr;
        yi[o] = aci + bdi;
        yr[o + stride] = f(sr + ti);
        yi[o + stride] = f(si - tr);
        yr[o + 2 * stride] = f(acr - bdr);
        yi[o + 2 * stride] = f(aci - bdi);
        yr[o + 3 * stride] = f(sr - ti);
        yi[o + 3 * stride] = f(si + tr);
        for (let power = 1; power < 4; power++) {
          const to = o + power * stride;
          const c = w[table + 2 * (power - 1) * quarter + p];
          const s = w[table + (2 * power - 1) * quarter + p];
          const re = yr[to];
          const im = yi[to];
          yr[to] = f(re * c) - f(im * s);
          yi[to] = f(re * s) + f(im * c);
        }
      }
    }
  }

  /** Sums to the lower half, differences to the upper. */
  #pass2(): void {
    const half = this.#m / 2;
    for (const z of [this.#x.re, this.#x.im]) {
      for (let i = 0; i < half; i++) {
        const sum = z[i] + z[i + half];
        z[i + half] = z[i] - z[i + half];
        z[i] = sum;
      }
    }
  }

  /** X[k] = E + W^k O and X[M - k] = conj(E - W^k O), E = (Z[k] + conj Z[M-k]) / 2, O = (Z[k] - conj Z[M-k]) / 2i. */
  #split(re: Float32Array, im: Float32Array, table: number): void {
    const [m, { re: zr, im: zi }] = [this.#m, this.#x];
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
