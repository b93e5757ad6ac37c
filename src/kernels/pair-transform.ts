// Two real signals as the real and the imaginary part of one complex one: there, through a response, and back. Twin:
// src/dsp/spectrum/pair-transform.ts. Complex points stand as `size` real parts and `size` imaginary ones behind them.

import { laterPasses } from './fft';
import { merge, turn } from './fft-first-pass';
import { at, get, put } from './fft-passes';

// @ts-expect-error: decorator
@inline
function reversed(x: v128): v128 {
  return v128.shuffle<f32>(x, x, 3, 2, 1, 0);
}

/**
 * The first pass where the first of four points is zero: `c` is the third, `sum` and `difference` are those of the second and
 * the fourth. See `merge`.
 */
// @ts-expect-error: decorator
@inline
function mergeThree(
  sumR: v128,
  sumI: v128,
  differenceR: v128,
  differenceI: v128,
  cr: v128,
  ci: v128,
  size: i32,
  p: i32,
  work: usize,
  tables: usize,
): void {
  turn(
    f32x4.add(cr, sumR),
    f32x4.add(ci, sumI),
    f32x4.sub(differenceI, cr),
    f32x4.neg(f32x4.add(ci, differenceR)),
    f32x4.sub(cr, sumR),
    f32x4.sub(ci, sumI),
    f32x4.neg(f32x4.add(cr, differenceI)),
    f32x4.sub(differenceR, ci),
    size,
    p,
    at(work, 4 * p),
    at(work, size + 4 * p),
    tables,
  );
}

/**
 * Transforms a segment of five eighths of the size that stands behind a quarter of zeros: from the rings `left` and `right` of
 * `size` samples, whose oldest frame is at index `oldest`, times `window`. `work` holds 4 * size floats, `tables` the twiddles of
 * the passes. Gives where the transform stands.
 */
export function pairForward(
  size: i32,
  left: usize,
  right: usize,
  oldest: i32,
  window: usize,
  work: usize,
  tables: usize,
): usize {
  const quarter = size >> 2;
  const last = size - 1;
  for (let p = 0; p < quarter; p += 4) {
    const early = get(window, p);
    const late = get(window, quarter + p);
    const older = (oldest + p) & last;
    const newer = (oldest + p + quarter) & last;
    const br = f32x4.mul(get(left, older), early);
    const bi = f32x4.mul(get(right, older), early);
    const cr = f32x4.mul(get(left, newer), late);
    const ci = f32x4.mul(get(right, newer), late);
    if (p < quarter >> 1) {
      const end = get(window, 2 * quarter + p);
      const newest = (oldest + p + 2 * quarter) & last;
      const dr = f32x4.mul(get(left, newest), end);
      const di = f32x4.mul(get(right, newest), end);
      const sumR = f32x4.add(br, dr);
      const sumI = f32x4.add(bi, di);
      mergeThree(sumR, sumI, f32x4.sub(br, dr), f32x4.sub(bi, di), cr, ci, size, p, work, tables);
    } else {
      mergeThree(br, bi, br, bi, cr, ci, size, p, work, tables);
    }
  }
  return laterPasses(size, work, at(work, 2 * size), tables);
}

/** power[k] += |L[k]|^2 + |R[k]|^2 for bins 0..size/2 of the transform at `z`: the mean of |Z[k]|^2 and |Z[size - k]|^2, the ends once. */
export function addPairPower(size: i32, z: usize, power: usize): void {
  const half = size >> 1;
  const im = at(z, size);
  const weight = f32x4.splat(0.5);
  for (let k = 1; k < half; k += 4) {
    const mirror = size - k - 3;
    const ar = get(z, k);
    const ai = get(im, k);
    const br = get(z, mirror);
    const bi = get(im, mirror);
    const a = f32x4.add(f32x4.mul(ar, ar), f32x4.mul(ai, ai));
    const b = f32x4.add(f32x4.mul(br, br), f32x4.mul(bi, bi));
    put(power, k, f32x4.add(get(power, k), f32x4.mul(weight, f32x4.add(a, reversed(b)))));
  }
}

/** sums[i] += x[i] * scale around a ring of `size` samples, from index `slot` on. */
function addAround(size: i32, x: usize, sums: usize, slot: i32, scale: f32): void {
  const factor = f32x4.splat(scale);
  for (let i = 0; i < size; i += 4) {
    const to = (slot + i) & (size - 1);
    put(sums, to, f32x4.add(get(sums, to), f32x4.mul(get(x, i), factor)));
  }
}

/** What comes in goes from x to the ring `past`, what goes out from the ring `sums` to x, and zeros are left in `sums`. */
export function exchangeSegment(past: usize, sums: usize, x: usize, frames: i32): void {
  const zeros = f32x4.splat(0);
  let i = 0;
  for (; i + 4 <= frames; i += 4) {
    put(past, i, get(x, i));
    put(x, i, get(sums, i));
    put(sums, i, zeros);
  }
  for (; i < frames; i++) {
    const at = <usize>i << 2;
    store<f32>(past + at, load<f32>(x + at));
    store<f32>(x + at, load<f32>(sums + at));
    store<f32>(sums + at, 0);
  }
}

/**
 * Weighs the transform at `z` by the response of bins 0..size-1, transforms it back and adds both signals to the rings `left`
 * and `right` of `size` samples, from index `slot` on. `work` holds what `pairForward` left, which is gone then.
 * Backwards is forwards with real and imaginary parts exchanged, before and behind.
 */
export function pairBack(
  size: i32,
  z: usize,
  response: usize,
  left: usize,
  right: usize,
  slot: i32,
  work: usize,
  tables: usize,
): void {
  const quarter = size >> 2;
  const im = at(z, size);
  const other = z == work ? at(work, 2 * size) : work;
  for (let p = 0; p < quarter; p += 4) {
    const a = get(response, p);
    const b = get(response, quarter + p);
    const c = get(response, 2 * quarter + p);
    const d = get(response, 3 * quarter + p);
    merge(
      f32x4.mul(get(im, p), a),
      f32x4.mul(get(z, p), a),
      f32x4.mul(get(im, quarter + p), b),
      f32x4.mul(get(z, quarter + p), b),
      f32x4.mul(get(im, 2 * quarter + p), c),
      f32x4.mul(get(z, 2 * quarter + p), c),
      f32x4.mul(get(im, 3 * quarter + p), d),
      f32x4.mul(get(z, 3 * quarter + p), d),
      size,
      p,
      at(other, 4 * p),
      at(other, size + 4 * p),
      tables,
    );
  }
  const x = laterPasses(size, other, z, tables);
  const scale = <f32>1 / <f32>size;
  addAround(size, x, right, slot, scale);
  addAround(size, at(x, size), left, slot, scale);
}
