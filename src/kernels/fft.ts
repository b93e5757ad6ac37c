// Real FFT: N real points as M = N/2 complex ones, radix-4 Stockham passes (self-sorting, after Swarztrauber,
// "FFT algorithms for vector computers", 1984), one radix-2 pass when log2 M is odd, then the split into the
// real spectrum. Real and imaginary parts stand in arrays of their own, four points a vector.

import { firstPass } from './fft-first-pass';
import { at, get, lastPasses, pass2, pass4, put, split } from './fft-passes';

/** All passes but the first, from what it left in `first`, `second` in turns with it; gives where the transform stands, its imaginary parts m floats on. */
export function laterPasses(m: i32, first: usize, second: usize, tables: usize): usize {
  let x = first;
  let y = second;
  let n = m >> 2;
  let table = at(tables, 6 * n);
  for (let stride = 4; n >= 4 && n != 16; n >>= 2, stride <<= 2) {
    pass4(n, stride, x, at(x, m), y, at(y, m), table);
    table = at(table, 6 * (n >> 2));
    const done = y;
    y = x;
    x = done;
  }
  if (n == 16) lastPasses(m, x, at(x, m), table);
  else if (n == 2) pass2(m, x, at(x, m));
  return x;
}

/** Where the tables of the split begin: behind the twiddles of all passes. */
function splitTable(m: i32, tables: usize): usize {
  let table = tables;
  for (let n = m; n >= 4; n >>= 2) table = at(table, 6 * (n >> 2));
  return table;
}

/**
 * Transforms `size` real points; `re` and `im` take size/2 + 1 values each, `work` holds 2 * size floats. `tables`: for each
 * radix-4 pass of length n the n/4 values of Re, Im of w^p, w^2p, w^3p (w = e^(-2 pi i / n)), then the cosines
 * and the sines for `split`. Twin: `ReferenceFft` in src/dsp/spectrum/reference-fft.ts.
 */
export function realFft(size: i32, input: usize, re: usize, im: usize, work: usize, tables: usize): void {
  const m = size >> 1;
  const q = m >> 1;
  firstPass(input, at(input, q), at(input, 2 * q), at(input, 3 * q), 0, false, m, work, at(work, m), tables);
  const z = laterPasses(m, work, at(work, 2 * m), tables);
  const table = splitTable(m, tables);
  split(m, z, at(z, m), re, im, table, at(table, (m >> 1) + 1));
}

/**
 * power[k] = |X[k]|^2 of the spectrum that `split` gives, without writing that down. DC and Nyquist have no mirror image, so
 * half the power.
 */
function splitPower(m: i32, zr: usize, zi: usize, power: usize, cosines: usize, sines: usize): void {
  const half = f32x4.splat(0.5);
  const r0 = load<f32>(zr);
  const i0 = load<f32>(zi);
  for (let k = 1; k < m >> 1; k += 4) {
    const mirror = m - k - 3;
    const ar = f32x4.mul(get(zr, k), half);
    const ai = f32x4.mul(get(zi, k), half);
    const mr = f32x4.mul(get(zr, mirror), half);
    const mi = f32x4.mul(get(zi, mirror), half);
    const br = v128.shuffle<f32>(mr, mr, 3, 2, 1, 0);
    const bi = v128.shuffle<f32>(mi, mi, 3, 2, 1, 0);
    const er = f32x4.add(ar, br);
    const ei = f32x4.sub(ai, bi);
    const or = f32x4.add(ai, bi);
    const oi = f32x4.sub(br, ar);
    const c = get(cosines, k);
    const s = get(sines, k);
    const tr = f32x4.add(f32x4.mul(c, or), f32x4.mul(s, oi));
    const ti = f32x4.sub(f32x4.mul(c, oi), f32x4.mul(s, or));
    const xr = f32x4.add(er, tr);
    const xi = f32x4.add(ei, ti);
    const yr = f32x4.sub(er, tr);
    const yi = f32x4.sub(ti, ei);
    const y = f32x4.add(f32x4.mul(yr, yr), f32x4.mul(yi, yi));
    put(power, k, f32x4.add(f32x4.mul(xr, xr), f32x4.mul(xi, xi)));
    put(power, mirror, v128.shuffle<f32>(y, y, 3, 2, 1, 0));
  }
  const dc = r0 + i0;
  const nyquist = r0 - i0;
  store<f32>(power, (dc * dc) / 2);
  store<f32>(at(power, m), (nyquist * nyquist) / 2);
}

/**
 * Powers of bins 0..size/2, the ends halved, of a ring of `size` samples that begins with its quarter `oldest` (0..3), times
 * `window`; `work` and `tables` as above. Twin: `RealFft.windowedPower` in src/dsp/spectrum/fft.ts.
 */
export function windowedPower(
  size: i32,
  ring: usize,
  oldest: i32,
  window: usize,
  power: usize,
  work: usize,
  tables: usize,
): void {
  const m = size >> 1;
  const q = m >> 1;
  firstPass(
    at(ring, oldest * q),
    at(ring, ((oldest + 1) & 3) * q),
    at(ring, ((oldest + 2) & 3) * q),
    at(ring, ((oldest + 3) & 3) * q),
    window,
    true,
    m,
    work,
    at(work, m),
    tables,
  );
  const z = laterPasses(m, work, at(work, 2 * m), tables);
  const table = splitTable(m, tables);
  splitPower(m, z, at(z, m), power, table, at(table, (m >> 1) + 1));
}

/** The Hartley transform of a real signal from its spectrum, or back. Twin: `casSequence` in src/dsp/spectrum/fft.ts. */
export function casSequence(size: i32, re: usize, im: usize, to: usize): void {
  const half = size >> 1;
  store<f32>(to, load<f32>(re) - load<f32>(im));
  for (let k = 1; k < half - 3; k += 4) {
    const r = get(re, k);
    const i = get(im, k);
    put(to, k, f32x4.sub(r, i));
    const sum = f32x4.add(r, i);
    put(to, size - k - 3, v128.shuffle<f32>(sum, sum, 3, 2, 1, 0));
  }
  for (let k = half - 3; k < half; k++) {
    store<f32>(at(to, k), load<f32>(at(re, k)) - load<f32>(at(im, k)));
    store<f32>(at(to, size - k), load<f32>(at(re, k)) + load<f32>(at(im, k)));
  }
  store<f32>(at(to, half), load<f32>(at(re, half)) + load<f32>(at(im, half)));
}

/** to[p] = circle[(first + p * step) modulo points] for p = 0..count - 1; `points` is a power of two. Twin: src/dsp/spectrum/stockham.ts. */
export function pickAround(circle: usize, points: i32, first: i32, step: i32, to: usize, count: i32): void {
  for (let p = 0; p < count; p++) {
    const from = (first + p * step) & (points - 1);
    store<f32>(at(to, p), <f32>load<f64>(circle + (<usize>from << 3)));
  }
}
