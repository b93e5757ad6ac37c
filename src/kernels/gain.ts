// Multiplying a signal by a gain. Twins: src/dsp/gain/gain.ts.
import { pair, putPair } from './frame-pair';
import { exp2x2 } from './log-domain';
import { along, counted } from './ramp';

/** x[i] *= gain, rounded once to f32. */
export function scale(x: usize, frames: i32, gain: f64): void {
  const end = x + (<usize>frames << 2);
  for (; x + 8 <= end; x += 8) putPair(x, f64x2.mul(pair(x), f64x2.splat(gain)));
  if (x < end) store<f32>(x, <f32>(<f64>load<f32>(x) * gain));
}

/** x[i] *= start + step * (index + i). */
export function scaleRamp(x: usize, frames: i32, start: f64, step: f64, index: f64): void {
  const base = f64x2.splat(start), slope = f64x2.splat(step);
  const end = x + (<usize>frames << 2);
  let n = counted(index);
  for (; x + 8 <= end; x += 8) {
    putPair(x, f64x2.mul(pair(x), along(base, slope, n)));
    n = f64x2.add(n, f64x2.splat(2));
  }
  if (x < end) store<f32>(x, <f32>(<f64>load<f32>(x) * f64x2.extract_lane(along(base, slope, n), 0)));
}

/** x[i] *= gain[i], gains in f64. */
export function multiply(x: usize, gain: usize, frames: i32): void {
  const end = x + (<usize>frames << 2);
  for (; x + 16 <= end; x += 16) {
    putPair(x, f64x2.mul(pair(x), v128.load(gain)));
    putPair(x + 8, f64x2.mul(pair(x + 8), v128.load(gain, 16)));
    gain += 32;
  }
  for (; x < end; x += 4) {
    store<f32>(x, <f32>(<f64>load<f32>(x) * load<f64>(gain)));
    gain += 8;
  }
}

/** Frames between two places on a line from which the gains are worked out, and their distances from them in gains. */
const STRIDE: i32 = 16;
const distances: usize = memory.data(8 * 16, 16);

/**
 * gain[i] = 2^(start + step * n), n = index + i: that of the last n that is a multiple of 16, times one of 16 factors. `index` is
 * whole.
 */
export function gainAlong(gain: usize, frames: i32, start: f64, step: f64, index: f64): void {
  const slope = f64x2.splat(step), two = f64x2.splat(2);
  const top = distances + (<usize>STRIDE << 3);
  let n = counted(0);
  for (let q = distances; q < top; q += 16) {
    v128.store(q, exp2x2(f64x2.mul(slope, n)));
    n = f64x2.add(n, two);
  }
  const end = gain + (<usize>frames << 3);
  let place = <i32>index;
  while (gain < end) {
    const past = place & (STRIDE - 1);
    const base = exp2x2(f64x2.splat(start + step * <f64>(place - past)));
    let q = distances + (<usize>past << 3);
    const stop = min(end, gain + (top - q));
    for (; gain + 16 <= stop; gain += 16) {
      v128.store(gain, f64x2.mul(base, v128.load(q)));
      q += 16;
    }
    if (gain < stop) {
      v128.store_lane<f64>(gain, f64x2.mul(base, v128.load64_splat(q)), 0);
      gain += 8;
    }
    place += STRIDE - past;
  }
}

/** gain[i] = 2^(start + step * (index + i) - reduction[i]), in place: a reduction in log2 becomes a linear gain. */
export function gainFromReduction(reduction: usize, frames: i32, start: f64, step: f64, index: f64): void {
  if (step == 0) gainUnder(false, reduction, frames, start, step, index);
  else gainUnder(true, reduction, frames, start, step, index);
}

// @ts-expect-error: decorator
@inline
function gainUnder(ramped: bool, reduction: usize, frames: i32, start: f64, step: f64, index: f64): void {
  const base = f64x2.splat(start), slope = f64x2.splat(step);
  let n = counted(index);
  let i = 0;
  for (; i + 4 <= frames; i += 4) {
    const p = reduction + (<usize>i << 3);
    const early = ramped ? along(base, slope, n) : base;
    const late = ramped ? along(base, slope, f64x2.add(n, f64x2.splat(2))) : base;
    v128.store(p, exp2x2(f64x2.sub(early, v128.load(p))));
    v128.store(p, exp2x2(f64x2.sub(late, v128.load(p, 16))), 16);
    n = f64x2.add(n, f64x2.splat(4));
  }
  for (; i < frames; i++) {
    const p = reduction + (<usize>i << 3);
    const offset = ramped ? along(base, slope, n) : base;
    v128.store_lane<f64>(p, exp2x2(f64x2.sub(offset, v128.load64_splat(p))), 0);
    n = f64x2.add(n, f64x2.splat(1));
  }
}

/** y[i] += gain * x[i], computed in f64, rounded once. */
export function addScaled(y: usize, x: usize, frames: i32, gain: f64): void {
  const g = f64x2.splat(gain);
  const end = y + (<usize>frames << 2);
  for (; y + 16 <= end; y += 16) {
    putPair(y, f64x2.add(pair(y), f64x2.mul(g, pair(x))));
    putPair(y + 8, f64x2.add(pair(y + 8), f64x2.mul(g, pair(x + 8))));
    x += 16;
  }
  for (; y < end; y += 4) {
    store<f32>(y, <f32>(<f64>load<f32>(y) + gain * <f64>load<f32>(x)));
    x += 4;
  }
}

/** y[i] += w (x[i] - y[i]) with w = start + step * (index + i): a mix from y (0) to x (1). */
export function blend(y: usize, x: usize, frames: i32, start: f64, step: f64, index: f64): void {
  const base = f64x2.splat(start), slope = f64x2.splat(step);
  const end = y + (<usize>frames << 2);
  let n = counted(index);
  for (; y + 8 <= end; y += 8) {
    const dry = pair(y);
    putPair(y, f64x2.add(dry, f64x2.mul(along(base, slope, n), f64x2.sub(pair(x), dry))));
    n = f64x2.add(n, f64x2.splat(2));
    x += 8;
  }
  if (y < end) {
    const dry = <f64>load<f32>(y);
    const weight = f64x2.extract_lane(along(base, slope, n), 0);
    store<f32>(y, <f32>(dry + weight * (<f64>load<f32>(x) - dry)));
  }
}

/** y[i] = x[i]. */
export function copy(y: usize, x: usize, frames: i32): void {
  memory.copy(y, x, <usize>frames << 2);
}
