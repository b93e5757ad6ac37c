// Sums over the bins of a power spectrum from which spectral features follow. Twin: src/dsp/spectrum/spectral-features.ts.
import { log2x2 } from './log-domain';

/** Bins of a block: lanes of 32 bits add up 16 values and then go over to 64 bits. */
const BLOCK: i32 = 64;
/** Blocks between two logarithms: each brings a factor below 2^32, and a double holds 2^1023. */
const BLOCKS_PER_LOG: i32 = 8;

// @ts-expect-error: decorator
@inline
function upper(x: v128): v128 {
  return v128.shuffle<f32>(x, x, 2, 3, 2, 3);
}

/** Lanes 0 + 2 and 1 + 3 in 64 bits. */
// @ts-expect-error: decorator
@inline
function widened(x: v128): v128 {
  return f64x2.add(f64x2.promote_low_f32x4(x), f64x2.promote_low_f32x4(upper(x)));
}

// @ts-expect-error: decorator
@inline
function total(x: v128): f64 {
  return f64x2.extract_lane(x, 0) + f64x2.extract_lane(x, 1);
}

/**
 * Over `bins` powers (a multiple of 64) writes to `record`: the sum of the magnitudes a[k] = sqrt(power[k]), the sum
 * of k a[k], of the powers, the largest power, the sum of what each magnitude has risen over `previous`, the sum of log2
 * of the powers (below 2^-126 they count as 2^-127). `previous` becomes the magnitudes, `blocks` their sums over 64 bins.
 */
export function spectralFeatures(power: usize, bins: i32, previous: usize, blocks: usize, record: usize): void {
  const mantissaBits = i32x4.splat(0x007fffff);
  const one = f32x4.splat(1);
  const zero = f32x4.splat(0);
  const four = f32x4.splat(4);
  let magnitudes = f64x2.splat(0);
  let moments = f64x2.splat(0);
  let powers = f64x2.splat(0);
  let rises = f64x2.splat(0);
  let logs = f64x2.splat(0);
  let product = f64x2.splat(1);
  let largest = zero;
  let exponents = i32x4.splat(0);
  const count = bins / BLOCK;
  for (let b = 0; b < count; b++) {
    let a = zero;
    let moment = zero;
    let p = zero;
    let rise = zero;
    let mantissas = one;
    let offset = f32x4(0, 1, 2, 3);
    for (let i = 0; i < BLOCK; i += 4) {
      const value = v128.load(power);
      const magnitude = f32x4.sqrt(value);
      const step = f32x4.sub(magnitude, v128.load(previous));
      v128.store(previous, magnitude);
      a = f32x4.add(a, magnitude);
      moment = f32x4.add(moment, f32x4.mul(offset, magnitude));
      p = f32x4.add(p, value);
      rise = f32x4.add(rise, f32x4.pmax(zero, step));
      largest = f32x4.pmax(largest, value);
      exponents = i32x4.add(exponents, i32x4.shr_u(value, 23));
      mantissas = f32x4.mul(mantissas, v128.or(v128.and(value, mantissaBits), one));
      offset = f32x4.add(offset, four);
      power += 16;
      previous += 16;
    }
    const sum = widened(a);
    store<f64>(blocks + (<usize>b << 3), total(sum));
    magnitudes = f64x2.add(magnitudes, sum);
    moments = f64x2.add(moments, f64x2.add(widened(moment), f64x2.mul(f64x2.splat(<f64>(b * BLOCK)), sum)));
    powers = f64x2.add(powers, widened(p));
    rises = f64x2.add(rises, widened(rise));
    product = f64x2.mul(
      product,
      f64x2.mul(f64x2.promote_low_f32x4(mantissas), f64x2.promote_low_f32x4(upper(mantissas))),
    );
    if ((b + 1) % BLOCKS_PER_LOG == 0) {
      logs = f64x2.add(logs, log2x2(product));
      product = f64x2.splat(1);
    }
  }
  logs = f64x2.add(logs, log2x2(product));
  let top: f32 = max(f32x4.extract_lane(largest, 0), f32x4.extract_lane(largest, 1));
  top = max(top, max(f32x4.extract_lane(largest, 2), f32x4.extract_lane(largest, 3)));
  let exponent = i32x4.extract_lane(exponents, 0) + i32x4.extract_lane(exponents, 1);
  exponent += i32x4.extract_lane(exponents, 2) + i32x4.extract_lane(exponents, 3);
  store<f64>(record, total(magnitudes));
  store<f64>(record, total(moments), 8);
  store<f64>(record, total(powers), 16);
  store<f64>(record, <f64>top, 24);
  store<f64>(record, total(rises), 32);
  store<f64>(record, <f64>(exponent - 127 * bins) + total(logs), 40);
}
