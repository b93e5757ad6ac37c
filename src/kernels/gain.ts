// Multiplying a signal by a gain. Twins: src/dsp/gain/gain.ts.
import { exp2x2 } from './log-domain';

/** x[i] *= gain, rounded once to f32. */
export function scale(x: usize, frames: i32, gain: f64): void {
  const g = f64x2.splat(gain);
  for (let i = 0; i < frames; i += 2) {
    const p = x + ((<usize>i) << 2);
    const y = f32x4.demote_f64x2_zero(f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(p)), g));
    if (i + 1 < frames) v128.store_lane<f64>(p, y, 0);
    else v128.store_lane<f32>(p, y, 0);
  }
}

/** x[i] *= start + step * (index + i). */
export function scaleRamp(x: usize, frames: i32, start: f64, step: f64, index: f64): void {
  for (let i = 0; i < frames; i++) {
    const p = x + ((<usize>i) << 2);
    store<f32>(p, <f32>(<f64>load<f32>(p) * (start + step * (index + <f64>i))));
  }
}

/** x[i] *= gain[i], gains in f64. */
export function multiply(x: usize, gain: usize, frames: i32): void {
  for (let i = 0; i < frames; i += 2) {
    const p = x + ((<usize>i) << 2);
    const y = f32x4.demote_f64x2_zero(
      f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(p)), v128.load(gain + ((<usize>i) << 3))),
    );
    if (i + 1 < frames) v128.store_lane<f64>(p, y, 0);
    else v128.store_lane<f32>(p, y, 0);
  }
}

/** gain[i] = 2^(start + step * (index + i)). */
export function gainAlong(gain: usize, frames: i32, start: f64, step: f64, index: f64): void {
  const s = f64x2.splat(step),
    base = f64x2.splat(start);
  let n = f64x2.replace_lane(f64x2.splat(index), 1, index + 1);
  const two = f64x2.splat(2);
  for (let i = 0; i < frames; i += 2) {
    const p = gain + ((<usize>i) << 3);
    const value = exp2x2(f64x2.add(base, f64x2.mul(s, n)));
    if (i + 1 < frames) v128.store(p, value);
    else v128.store_lane<f64>(p, value, 0);
    n = f64x2.add(n, two);
  }
}

/** gain[i] = 2^(start + step * (index + i) - reduction[i]), in place: a reduction in log2 becomes a linear gain. */
export function gainFromReduction(reduction: usize, frames: i32, start: f64, step: f64, index: f64): void {
  const s = f64x2.splat(step),
    base = f64x2.splat(start);
  let n = f64x2.replace_lane(f64x2.splat(index), 1, index + 1);
  const two = f64x2.splat(2);
  for (let i = 0; i < frames; i += 2) {
    const p = reduction + ((<usize>i) << 3);
    const offset = f64x2.add(base, f64x2.mul(s, n));
    const gain = exp2x2(f64x2.sub(offset, v128.load(p)));
    // The frame behind the last belongs to the next span, which has not been computed yet.
    if (i + 1 < frames) v128.store(p, gain);
    else v128.store_lane<f64>(p, gain, 0);
    n = f64x2.add(n, two);
  }
}

/** y[i] += gain * x[i], computed in f64, rounded once. */
export function addScaled(y: usize, x: usize, frames: i32, gain: f64): void {
  const g = f64x2.splat(gain);
  for (let i = 0; i < frames; i += 2) {
    const at = (<usize>i) << 2;
    const a = f64x2.promote_low_f32x4(v128.load64_zero(y + at));
    const b = f64x2.promote_low_f32x4(v128.load64_zero(x + at));
    const sum = f32x4.demote_f64x2_zero(f64x2.add(a, f64x2.mul(g, b)));
    if (i + 1 < frames) v128.store_lane<f64>(y + at, sum, 0);
    else v128.store_lane<f32>(y + at, sum, 0);
  }
}

/** y[i] += w (x[i] - y[i]) with w = start + step * (index + i): a mix from y (0) to x (1). */
export function blend(y: usize, x: usize, frames: i32, start: f64, step: f64, index: f64): void {
  for (let i = 0; i < frames; i++) {
    const at = (<usize>i) << 2;
    const dry = <f64>load<f32>(y + at);
    const wet = <f64>load<f32>(x + at);
    store<f32>(y + at, <f32>(dry + (start + step * (index + <f64>i)) * (wet - dry)));
  }
}

/** y[i] = x[i]. */
export function copy(y: usize, x: usize, frames: i32): void {
  memory.copy(y, x, <usize>frames << 2);
}
