// What a spectrum needs around the FFT. Twins: the functions of the same names in src/dsp/spectrum/overlapping-windows.ts
// (copyValid, applyWindow, countCrossings), fft.ts (addPower), spectrum-analyser.ts (addFramePower), band-masks.ts (bandPowers,
// bandPowers64) and band-response.ts (sumSpans).

/** The upper two lanes, moved to the lower. */
// @ts-expect-error: decorator
@inline
function upper(x: v128): v128 {
  return v128.shuffle<f32>(x, x, 2, 3, 2, 3);
}

/** to[i] = x[i], or 0 where |x[i]| is not within `limit` (NaN is not). */
export function copyValid(x: usize, frames: i32, limit: f32, to: usize): void {
  const limits = f32x4.splat(limit);
  let i = 0;
  for (; i + 4 <= frames; i += 4) {
    const value = v128.load(x + (<usize>i << 2));
    v128.store(to + (<usize>i << 2), v128.and(value, f32x4.le(f32x4.abs(value), limits)));
  }
  for (; i < frames; i++) {
    const value = load<f32>(x + (<usize>i << 2));
    store<f32>(to + (<usize>i << 2), Mathf.abs(value) <= limit ? value : 0);
  }
}

/** to[i] = x[i] * window[i]; `frames` is a multiple of 4. */
export function applyWindow(x: usize, window: usize, frames: i32, to: usize): void {
  for (let at: usize = 0; at < <usize>frames << 2; at += 16) {
    v128.store(to + at, f32x4.mul(v128.load(x + at), v128.load(window + at)));
  }
}

/**
 * sum[k] += power[k] in double precision and programme[k] += weight * power[k] in single, from 0 with `first`; gives the sum of the
 * powers.
 */
export function addFramePower(
  power: usize,
  bins: i32,
  sum: usize,
  programme: usize,
  weight: f32,
  first: bool,
): f64 {
  const kept = i32x4.splat(first ? 0 : -1);
  const weights = f32x4.splat(weight);
  let lanes = f64x2.splat(0);
  let k = 0;
  for (; k + 4 <= bins; k += 4) {
    const at = <usize>k << 2;
    const p = v128.load(power + at);
    v128.store(programme + at, f32x4.add(v128.and(v128.load(programme + at), kept), f32x4.mul(weights, p)));
    const to = sum + (<usize>k << 3);
    const low = f64x2.promote_low_f32x4(p);
    const high = f64x2.promote_low_f32x4(upper(p));
    v128.store(to, f64x2.add(v128.load(to), low));
    v128.store(to, f64x2.add(v128.load(to, 16), high), 16);
    lanes = f64x2.add(lanes, f64x2.add(low, high));
  }
  let total = f64x2.extract_lane(lanes, 0) + f64x2.extract_lane(lanes, 1);
  for (; k < bins; k++) {
    const p = load<f32>(power + (<usize>k << 2));
    const mixed = programme + (<usize>k << 2);
    const to = sum + (<usize>k << 3);
    store<f32>(mixed, (first ? 0 : load<f32>(mixed)) + weight * p);
    store<f64>(to, load<f64>(to) + p);
    total += p;
  }
  return total;
}

/** sum[k] += re[k]^2 + im[k]^2 in double precision. */
export function addPower(re: usize, im: usize, bins: i32, sum: usize): void {
  let k = 0;
  for (; k + 2 <= bins; k += 2) {
    const r = f64x2.promote_low_f32x4(v128.load64_zero(re + (<usize>k << 2)));
    const i = f64x2.promote_low_f32x4(v128.load64_zero(im + (<usize>k << 2)));
    const to = sum + (<usize>k << 3);
    v128.store(to, f64x2.add(v128.load(to), f64x2.add(f64x2.mul(r, r), f64x2.mul(i, i))));
  }
  for (; k < bins; k++) {
    const r = <f64>load<f32>(re + (<usize>k << 2));
    const i = <f64>load<f32>(im + (<usize>k << 2));
    const to = sum + (<usize>k << 3);
    store<f64>(to, load<f64>(to) + (r * r + i * i));
  }
}

/** Changes between below zero and not, from each sample to the next. */
export function countCrossings(x: usize, frames: i32): i32 {
  const zero = f32x4.splat(0);
  let count = 0;
  let lanes = i32x4.splat(0);
  let i = 1;
  for (; i + 4 <= frames; i += 4) {
    const at = x + (<usize>i << 2);
    const before = f32x4.lt(v128.load(at - 4), zero);
    // A true lane is -1.
    lanes = i32x4.sub(lanes, v128.xor(before, f32x4.lt(v128.load(at), zero)));
  }
  for (; i < frames; i++) {
    const at = x + (<usize>i << 2);
    count += i32(load<f32>(at - 4) < 0 != load<f32>(at) < 0);
  }
  count += i32x4.extract_lane(lanes, 0) + i32x4.extract_lane(lanes, 1);
  return count + i32x4.extract_lane(lanes, 2) + i32x4.extract_lane(lanes, 3);
}

/**
 * Weighted sums over stretches of a power spectrum, times `scale`: `spans` holds for each band its first bin and its number
 * of vectors of four bins; `weights` the weights of all bands one after the other. Sums in eight lanes of 32 bits.
 */
export function bandPowers(
  power: usize,
  spans: usize,
  weights: usize,
  bands: i32,
  scale: f64,
  out: usize,
): void {
  for (let band = 0; band < bands; band++) {
    let at = power + (<usize>load<i32>(spans) << 2);
    const vectors = load<i32>(spans, 4);
    let even = f32x4.splat(0);
    let odd = f32x4.splat(0);
    let v = 0;
    for (; v + 2 <= vectors; v += 2) {
      even = f32x4.add(even, f32x4.mul(v128.load(at), v128.load(weights)));
      odd = f32x4.add(odd, f32x4.mul(v128.load(at, 16), v128.load(weights, 16)));
      at += 32;
      weights += 32;
    }
    if (v < vectors) {
      even = f32x4.add(even, f32x4.mul(v128.load(at), v128.load(weights)));
      weights += 16;
    }
    const lanes = f32x4.add(even, odd);
    const pair = f64x2.add(f64x2.promote_low_f32x4(lanes), f64x2.promote_low_f32x4(upper(lanes)));
    store<f64>(out, (f64x2.extract_lane(pair, 0) + f64x2.extract_lane(pair, 1)) * scale);
    spans += 8;
    out += 8;
  }
}

/** The same over a spectrum of `bins` bins in 64 bits with weights in 64 bits, bin after bin, over `bandwidth`. */
export function bandPowers64(
  power: usize,
  bins: i32,
  spans: usize,
  weights: usize,
  bands: i32,
  bandwidth: f64,
  out: usize,
): void {
  for (let band = 0; band < bands; band++) {
    const first = load<i32>(spans);
    const count = load<i32>(spans, 4) << 2;
    const at = power + (<usize>first << 3);
    const inside = min(count, bins - first);
    let sum: f64 = 0;
    for (let i = 0; i < inside; i++) {
      const offset = <usize>i << 3;
      sum += load<f64>(weights + offset) * load<f64>(at + offset);
    }
    store<f64>(out, sum / bandwidth);
    weights += <usize>count << 3;
    spans += 8;
    out += 8;
  }
}

/**
 * to[k] = 1 + the sum over bands of excess[band] times its share of bin k, lowest band first, for k = 0..size/2, and mirrored up
 * to size - 1. `spans` and `shares` as the spans and weights of `bandPowers`. Twin: BandResponse.
 */
export function sumSpans(spans: usize, shares: usize, excess: usize, bands: i32, size: i32, to: usize): void {
  const half = size >> 1;
  for (let k = 0; k < half + 4; k += 4) v128.store(to + (<usize>k << 2), f32x4.splat(1));
  for (let band = 0; band < bands; band++) {
    const factor = v128.load32_splat(excess + (<usize>band << 2));
    let at = to + (<usize>load<i32>(spans) << 2);
    for (let left = load<i32>(spans, 4); left > 0; left--) {
      v128.store(at, f32x4.add(v128.load(at), f32x4.mul(factor, v128.load(shares))));
      at += 16;
      shares += 16;
    }
    spans += 8;
  }
  for (let k = 1; k < half; k += 4) {
    const x = v128.load(to + (<usize>k << 2));
    v128.store(to + (<usize>(size - k - 3) << 2), v128.shuffle<f32>(x, x, 3, 2, 1, 0));
  }
}
