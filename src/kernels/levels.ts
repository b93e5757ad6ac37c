// Level scans: four frames a vector, no state.
import { pair } from './frame-pair';

/** 1 when every |x| <= limit (NaN is not), else 0. Twin: the loop in src/dsp/levels/guard.ts. */
export function allWithin(x: usize, frames: i32, limit: f32): i32 {
  const bound = f32x4.splat(limit);
  let ok = i32x4.splat(-1);
  let i = 0;
  for (; i + 4 <= frames; i += 4) {
    ok = v128.and(ok, f32x4.le(f32x4.abs(v128.load(x + ((<usize>i) << 2))), bound));
  }
  let all = i32x4.all_true(ok);
  for (; i < frames; i++) all = all && Mathf.abs(load<f32>(x + ((<usize>i) << 2))) <= limit;
  return i32(all);
}

/**
 * The largest |x|, or NaN when any x is. Without their signs floats are ordered as integers are, NaN above all, and an
 * integer maximum takes one instruction. Twin: src/dsp/levels/level.ts.
 */
export function largestMagnitude(x: usize, frames: i32): f32 {
  const magnitude = i32x4.splat(0x7fffffff);
  let top = i32x4.splat(0);
  let i = 0;
  for (; i + 4 <= frames; i += 4) top = i32x4.max_s(top, v128.and(v128.load(x + (<usize>i << 2)), magnitude));
  let best = max(
    max(i32x4.extract_lane(top, 0), i32x4.extract_lane(top, 1)),
    max(i32x4.extract_lane(top, 2), i32x4.extract_lane(top, 3)),
  );
  for (; i < frames; i++) best = max(best, load<i32>(x + (<usize>i << 2)) & 0x7fffffff);
  return reinterpret<f32>(best);
}

/** level[i] = |x[i]|, or the larger of level[i] and |x[i]| with `merge`. Twin: src/dsp/levels/level.ts. */
export function magnitude(x: usize, level: usize, frames: i32, merge: i32): void {
  const mask = i32x4.splat(0x7fffffff);
  const end = x + (<usize>frames << 2);
  for (; x + 16 <= end; x += 16) {
    const v = v128.and(v128.load(x), mask);
    v128.store(level, merge ? f32x4.pmax(v, v128.load(level)) : v);
    level += 16;
  }
  for (; x < end; x += 4) {
    const v = Mathf.abs(load<f32>(x));
    const old = merge ? load<f32>(level) : v;
    store<f32>(level, old > v ? old : v);
    level += 4;
  }
}

/** power[i] = x[i]^2 in 64 bits. Twin: src/dsp/levels/level.ts. */
export function square(x: usize, power: usize, frames: i32): void {
  const end = x + (<usize>frames << 2);
  for (; x + 8 <= end; x += 8) {
    const v = pair(x);
    v128.store(power, f64x2.mul(v, v));
    power += 16;
  }
  if (x < end) store<f64>(power, <f64>load<f32>(x) * <f64>load<f32>(x));
}

/** power[i] /= max(other[i], least), powers in f64. Twin: src/dsp/levels/level.ts. */
export function relativePower(power: usize, other: usize, frames: i32, least: f64): void {
  const low = f64x2.splat(least);
  for (let i = 0; i < frames; i += 2) {
    const at = (<usize>i) << 3;
    const ratio = f64x2.div(v128.load(power + at), f64x2.pmax(v128.load(other + at), low));
    if (i + 1 < frames) v128.store(power + at, ratio);
    else v128.store_lane<f64>(power + at, ratio, 0);
  }
}

/** The largest of the first `frames` values, all >= 0. Twin: src/dsp/levels/level.ts. */
export function largest(x: usize, frames: i32): f32 {
  let top = f32x4.splat(0);
  let i = 0;
  for (; i + 4 <= frames; i += 4) top = f32x4.pmax(top, v128.load(x + ((<usize>i) << 2)));
  let best: f32 = 0;
  for (; i < frames; i++) {
    const v = load<f32>(x + ((<usize>i) << 2));
    if (v > best) best = v;
  }
  const a = f32x4.extract_lane(top, 0);
  const b = f32x4.extract_lane(top, 1);
  const c = f32x4.extract_lane(top, 2);
  const d = f32x4.extract_lane(top, 3);
  const ab = a > b ? a : b;
  const cd = c > d ? c : d;
  const abcd = ab > cd ? ab : cd;
  return best > abcd ? best : abcd;
}

/** The largest of `frames` values of 64 bits, or `least` when that is larger. Twin: src/dsp/levels/level.ts. */
export function largest64(x: usize, frames: i32, least: f64): f64 {
  const end = x + (<usize>frames << 3);
  let a = f64x2.splat(least), b = a, c = a, d = a;
  // Four maxima side by side: each waits four cycles for the one before.
  for (; x + 64 <= end; x += 64) {
    a = f64x2.pmax(a, v128.load(x));
    b = f64x2.pmax(b, v128.load(x, 16));
    c = f64x2.pmax(c, v128.load(x, 32));
    d = f64x2.pmax(d, v128.load(x, 48));
  }
  for (; x < end; x += 8) a = f64x2.pmax(a, v128.load64_splat(x));
  const top = f64x2.pmax(f64x2.pmax(a, b), f64x2.pmax(c, d));
  return max(f64x2.extract_lane(top, 0), f64x2.extract_lane(top, 1));
}

/** The smallest of `frames` values of 64 bits, or `most` when that is smaller. Twin: src/dsp/levels/level.ts. */
export function smallest64(x: usize, frames: i32, most: f64): f64 {
  const end = x + (<usize>frames << 3);
  let a = f64x2.splat(most), b = a, c = a, d = a;
  for (; x + 64 <= end; x += 64) {
    a = f64x2.pmin(a, v128.load(x));
    b = f64x2.pmin(b, v128.load(x, 16));
    c = f64x2.pmin(c, v128.load(x, 32));
    d = f64x2.pmin(d, v128.load(x, 48));
  }
  for (; x < end; x += 8) a = f64x2.pmin(a, v128.load64_splat(x));
  const low = f64x2.pmin(f64x2.pmin(a, b), f64x2.pmin(c, d));
  return min(f64x2.extract_lane(low, 0), f64x2.extract_lane(low, 1));
}
