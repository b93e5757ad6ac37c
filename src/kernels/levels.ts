// Level scans: four frames a vector, no state.

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
  let i = 0;
  for (; i + 4 <= frames; i += 4) {
    const at = (<usize>i) << 2;
    let v = f32x4.abs(v128.load(x + at));
    if (merge) v = f32x4.pmax(v, v128.load(level + at));
    v128.store(level + at, v);
  }
  for (; i < frames; i++) {
    const at = (<usize>i) << 2;
    const v = Mathf.abs(load<f32>(x + at));
    const old = merge ? load<f32>(level + at) : v;
    store<f32>(level + at, old > v ? old : v);
  }
}

/** power[i] = x[i]^2 in 64 bits. Twin: src/dsp/levels/level.ts. */
export function square(x: usize, power: usize, frames: i32): void {
  for (let i = 0; i < frames; i++) {
    const v = <f64>load<f32>(x + ((<usize>i) << 2));
    store<f64>(power + ((<usize>i) << 3), v * v);
  }
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
  let top = f64x2.splat(least);
  let i = 0;
  for (; i + 2 <= frames; i += 2) top = f64x2.pmax(top, v128.load(x + (<usize>i << 3)));
  if (i < frames) top = f64x2.pmax(top, v128.load64_splat(x + (<usize>i << 3)));
  const a = f64x2.extract_lane(top, 0);
  const b = f64x2.extract_lane(top, 1);
  return a > b ? a : b;
}

/** The smallest of `frames` values of 64 bits, or `most` when that is smaller. Twin: src/dsp/levels/level.ts. */
export function smallest64(x: usize, frames: i32, most: f64): f64 {
  let low = f64x2.splat(most);
  let i = 0;
  for (; i + 2 <= frames; i += 2) low = f64x2.pmin(low, v128.load(x + (<usize>i << 3)));
  if (i < frames) low = f64x2.pmin(low, v128.load64_splat(x + (<usize>i << 3)));
  const a = f64x2.extract_lane(low, 0);
  const b = f64x2.extract_lane(low, 1);
  return a < b ? a : b;
}
