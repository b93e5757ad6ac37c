// The balance of the critical bands. Twin: src/dsp/spectrum/band-balance.ts.

import { exp2x2, log2x2 } from './log-domain';
import { maskingThresholds } from './masking';

/** As in the twin, which says where they come from. */
const INAUDIBLE: f64 = 1e-6;
const HIGHEST_HOP: f64 = 16;
const QUIET: f64 = 1e-10;
const BALANCED: f64 = 1e-9;
const STEPS: i32 = 40;
const DB_PER_DOUBLING: f64 = 3.010299956639812;
const DB_PER_OCTAVE: f64 = 6.020599913279624;

// @ts-expect-error: decorator
@inline
function value(values: usize, n: i32): f64 {
  return load<f64>(values + (<usize>n << 3));
}

// @ts-expect-error: decorator
@inline
function isMasked(masked: usize, n: i32): bool {
  return load<i32>(masked + (<usize>n << 2)) == 1;
}

/** Running means of the powers, and which bands their neighbours mask or nobody hears. */
function learn(
  powers: usize,
  bands: i32,
  stride: i32,
  weight: f64,
  means: usize,
  masked: usize,
  spread: usize,
  thresholds: usize,
): void {
  let floor: f64 = 0;
  for (let n = 0; n < bands; n++) {
    const power = value(powers, n);
    const mean = value(means, n);
    const most = weight < 1 ? max<f64>(HIGHEST_HOP * mean, QUIET) : power;
    const next = mean + weight * (min<f64>(power, most) - mean);
    store<f64>(means + (<usize>n << 3), next);
    floor = max<f64>(floor, INAUDIBLE * next);
  }
  maskingThresholds(spread, means, bands, stride, thresholds);
  for (let n = 0; n < bands; n++) {
    const heard = value(means, n) > max<f64>(floor, value(thresholds, n));
    store<i32>(masked + (<usize>n << 2), heard ? 0 : 1);
  }
}

// @ts-expect-error: decorator
@inline
function move(error: f64, offset: f64, amount: f64, boost: f64, cut: f64): f64 {
  return max<f64>(-cut, min<f64>(boost, amount * (error - offset)));
}

/** Distances from the wanted levels into `errors`, and the offset at which the moves add up to 0 dB. */
function findOffset(
  bands: i32,
  means: usize,
  masked: usize,
  wanted: usize,
  errors: usize,
  amount: f64,
  boost: f64,
  cut: f64,
): f64 {
  const perDoubling = f64x2.splat(DB_PER_DOUBLING);
  for (let n = 0; n < bands; n += 2) {
    const at = <usize>n << 3;
    const level = f64x2.mul(perDoubling, log2x2(v128.load(means + at)));
    v128.store(errors + at, f64x2.sub(v128.load(wanted + at), level));
  }
  let low = f64.POSITIVE_INFINITY;
  let high = f64.NEGATIVE_INFINITY;
  let total: f64 = 0;
  let audible: f64 = 0;
  for (let n = 0; n < bands; n++) {
    if (isMasked(masked, n)) continue;
    const error = value(errors, n);
    low = min<f64>(low, error);
    high = max<f64>(high, error);
    total += error;
    audible += 1;
  }
  let offset = total / audible;
  for (let step = 0; step < STEPS; step++) {
    let sum: f64 = 0;
    let slope: f64 = 0;
    for (let n = 0; n < bands; n++) {
      if (isMasked(masked, n)) continue;
      const way = move(value(errors, n), offset, amount, boost, cut);
      sum += way;
      if (way > -cut && way < boost) slope += amount;
    }
    if (abs<f64>(sum) < BALANCED) break;
    if (sum > 0) low = offset;
    else high = offset;
    const next = offset + sum / slope;
    offset = next > low && next < high ? next : (low + high) / 2;
  }
  return offset;
}

/**
 * Takes the power of each band over a hop and moves `gains` (dB). `settings`: least mean square that counts, least weight of a
 * hop, amount, largest boost and cut, largest step. `stride` is the number of bands or one more, even; `errors` and
 * `thresholds` have room for as many. `learnt`: hops that have counted.
 */
export function balanceBands(
  powers: usize,
  bands: i32,
  stride: i32,
  settings: usize,
  wanted: usize,
  learnt: usize,
  means: usize,
  masked: usize,
  gains: usize,
  spread: usize,
  thresholds: usize,
  errors: usize,
): void {
  let total: f64 = 0;
  for (let n = 0; n < bands; n++) total += value(powers, n);
  if (!(total >= value(settings, 0))) return;
  const hops = load<f64>(learnt) + 1;
  store<f64>(learnt, hops);
  const weight = max<f64>(value(settings, 1), 1 / hops);
  learn(powers, bands, stride, weight, means, masked, spread, thresholds);
  const amount = value(settings, 2);
  const boost = value(settings, 3);
  const cut = value(settings, 4);
  const most = value(settings, 5);
  const offset = findOffset(bands, means, masked, wanted, errors, amount, boost, cut);
  for (let n = 0; n < bands; n++) {
    const gain = value(gains, n);
    const to = isMasked(masked, n) ? 0 : move(value(errors, n), offset, amount, boost, cut);
    store<f64>(gains + (<usize>n << 3), gain + max<f64>(-most, min<f64>(most, to - gain)));
  }
}

/** excess[n] = 2^(gains[n] / DB_PER_OCTAVE) - 1 in single precision, for `stride` bands. Twin: `BandResponse.of`. */
export function excessOfGains(gains: usize, stride: i32, excess: usize): void {
  const one = f64x2.splat(1);
  for (let n = 0; n < stride; n += 2) {
    const octaves = f64x2.div(v128.load(gains + (<usize>n << 3)), f64x2.splat(DB_PER_OCTAVE));
    const off = f32x4.demote_f64x2_zero(f64x2.sub(exp2x2(octaves), one));
    v128.store_lane<f64>(excess + (<usize>n << 2), off, 0);
  }
}
