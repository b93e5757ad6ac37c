import { cos, sin } from '../elementary.ts';
import type { KernelMemory } from '../kernel-memory.ts';

const f = Math.fround;

/** Real and imaginary parts of complex points. */
export interface Points {
  readonly re: Float32Array;
  readonly im: Float32Array;
}

const circles = new Map<number, Float64Array>();

/**
 * cos(2 pi n / points) for n = 0..points - 1, of which an eighth is computed and the rest is its mirror images; `points` is a
 * multiple of 8. Kept for the next who asks.
 */
export function cosines(points: number): Float64Array {
  const known = circles.get(points);
  if (known) return known;
  const circle = new Float64Array(points);
  const quarter = points / 4;
  for (let n = 0; n <= quarter / 2; n++) {
    circle[n] = cos((2 * Math.PI * n) / points);
    circle[quarter - n] = sin((2 * Math.PI * n) / points);
  }
  for (let n = 0; n < quarter; n++) circle[2 * quarter - n] = 0 - circle[n];
  for (let n = 1; n < 2 * quarter; n++) circle[points - n] = circle[n];
  circles.set(points, circle);
  return circle;
}

/** How many twiddle factors `twiddles` gives. */
export function twiddleCount(points: number): number {
  let count = 0;
  for (let n = points; n >= 4; n /= 4) count += (n / 4) * 6;
  return count;
}

/** to[p] = circle[(first + p * step) modulo its length], which is a power of two. Kernel: `pickAround`. */
function pickAround(
  circle: Float64Array,
  first: number,
  step: number,
  to: Float32Array,
  at: number,
  count: number,
): void {
  for (let p = 0; p < count; p++) to[at + p] = circle[(first + p * step) % circle.length];
}

/**
 * Twiddle factors on a memory, with `room` for more behind them, in the order in which the passes read them: for each radix-4
 * pass of length n the n/4 values of Re, Im of w^p, w^2p, w^3p with w = e^(-2 pi i / n).
 */
export function twiddles(memory: KernelMemory, points: number, room = 0): Float32Array {
  const { kernels } = memory;
  const circle = memory.f64(points);
  circle.set(cosines(points));
  const tables = memory.f32(twiddleCount(points) + room);
  let at = 0;
  for (let n = points; n >= 4; n /= 4) {
    const quarter = n / 4;
    for (let power = 1; power <= 3; power++) {
      const step = (points / n) * power;
      // -sin x = cos(x + a quarter)
      for (const first of [0, points / 4]) {
        const to = tables.byteOffset + 4 * at;
        if (kernels) kernels.pickAround(circle.byteOffset, points, first, step, to, quarter);
        else pickAround(circle, first, step, tables, at, quarter);
        at += quarter;
      }
    }
  }
  return tables;
}

/**
 * The complex transform under `RealFft` and `PairTransform` in the reference backend, the kernels' operations in their order
 * in single precision: radix-4 Stockham passes (P. N. Swarztrauber, "FFT algorithms for vector computers", Parallel
 * Computing 1, 1984), one radix-2 pass when log2 of the points is odd.
 */
export class StockhamPasses {
  readonly #points: number;
  readonly #tables: Float32Array;
  #x: Points;
  #y: Points;

  /** `points` is a power of two from 8 on; `tables` begin with what `twiddles` gives for it. */
  constructor(points: number, tables: Float32Array) {
    this.#points = points;
    this.#tables = tables;
    const make = (): Points => ({ re: new Float32Array(points), im: new Float32Array(points) });
    this.#x = make();
    this.#y = make();
  }

  /** What `run` transforms, to be filled in before. */
  get points(): Points {
    return this.#x;
  }

  /** Transforms `points`, and gives them back transformed, unscaled. */
  run(): Points {
    let table = 0;
    let n = this.#points;
    for (let stride = 1; n >= 4; n /= 4, stride *= 4) {
      this.#pass4(n, stride, table);
      table += (n / 4) * 6;
      [this.#x, this.#y] = [this.#y, this.#x];
    }
    if (n === 2) this.#pass2();
    return this.#x;
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
        // Behind the first pass the kernel knows that the first twiddles are 1.
        for (let power = p === 0 && stride > 1 ? 4 : 1; power < 4; power++) {
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
    const half = this.#points / 2;
    for (const z of [this.#x.re, this.#x.im]) {
      for (let i = 0; i < half; i++) {
        const sum = z[i] + z[i + half];
        z[i + half] = z[i] - z[i + half];
        z[i] = sum;
      }
    }
  }
}
