// The gain of a lookahead limiter. Twins: src/dsp/dynamics/limiter-gain.ts and src/dsp/levels/box-mean.ts.

import { pair, putPair } from './frame-pair';

const QUANTUM: f64 = 2.3283064365386963e-10; // 2^-32: sums of a million gains on this grid are exact in f64
const STEPS: f64 = 4294967296.0;

/** 1 - the gain that brings one level under the ceiling; 0 where it is not above it. */
// @ts-expect-error: decorator
@inline
function needed(level: usize, ceiling: v128, margined: v128): v128 {
  const v = f64x2.promote_low_f32x4(v128.load32_splat(level));
  return v128.and(f64x2.sub(f64x2.splat(1), f64x2.div(margined, v)), f64x2.gt(v, ceiling));
}

/**
 * depth[i] = 1 - the largest gain that holds level[i] under the ceiling, released exponentially. `last` holds the last depth;
 * `margined` is the ceiling that levels above the ceiling are brought to. Four levels that ask for nothing, while more is left
 * than four frames take, leave the largest out: 8 cycles a frame instead of 12.
 */
export function releasedDepth(
  last: usize, level: usize, depth: usize, frames: i32, ceiling: f64, margined: f64, keep: f64, drop: f64,
): void {
  const c = f64x2.splat(ceiling), m = f64x2.splat(margined);
  const k = f64x2.splat(keep), fall = f64x2.splat(drop);
  const quiet = f32x4.splat(<f32>ceiling);
  const kept = keep * keep * keep * keep;
  const end = level + (<usize>frames << 2);
  let d = v128.load64_splat(last);
  for (; level + 16 <= end; level += 16) {
    if (i32x4.bitmask(f32x4.gt(v128.load(level), quiet)) == 0 && f64x2.extract_lane(d, 0) * kept > 4 * drop) {
      for (let n: usize = 0; n < 32; n += 8) {
        d = f64x2.sub(f64x2.mul(d, k), fall);
        v128.store_lane<f64>(depth + n, d, 0);
      }
    } else {
      for (let n: usize = 0; n < 32; n += 8) {
        d = f64x2.pmax(f64x2.sub(f64x2.mul(d, k), fall), needed(level + (n >> 1), c, m));
        v128.store_lane<f64>(depth + n, d, 0);
      }
    }
    depth += 32;
  }
  for (; level < end; level += 4) {
    d = f64x2.pmax(f64x2.sub(f64x2.mul(d, k), fall), needed(level, c, m));
    v128.store_lane<f64>(depth, d, 0);
    depth += 8;
  }
  store<f64>(last, f64x2.extract_lane(d, 0));
}

/**
 * depth[i] = the larger of depth[i] and the slow depth, a running mean of it that `mean` holds. It can't fall below 0 while more
 * is left than four frames take.
 */
export function slowDepth(mean: usize, depth: usize, frames: i32, keep: f64, drop: f64): void {
  const r = f64x2.splat(keep), r1 = f64x2.splat(1 - keep), fall = f64x2.splat(drop), zero = f64x2.splat(0);
  const kept = keep * keep * keep * keep;
  const end = depth + (<usize>frames << 3);
  let s = v128.load64_splat(mean);
  while (depth < end) {
    const left = end - depth;
    const stop = depth + (left < 32 ? left : 32);
    if (f64x2.extract_lane(s, 0) * kept > 4 * drop) {
      for (; depth < stop; depth += 8) {
        const d = v128.load64_splat(depth);
        s = f64x2.add(f64x2.mul(r, s), f64x2.sub(f64x2.mul(r1, d), fall));
        v128.store_lane<f64>(depth, f64x2.pmax(d, s), 0);
      }
    } else {
      for (; depth < stop; depth += 8) {
        const d = v128.load64_splat(depth);
        s = f64x2.pmax(f64x2.add(f64x2.mul(r, s), f64x2.sub(f64x2.mul(r1, d), fall)), zero);
        v128.store_lane<f64>(depth, f64x2.pmax(d, s), 0);
      }
    }
  }
  store<f64>(mean, f64x2.extract_lane(s, 0));
}

/** y[i] = depth[i] in 32 bits, never less. */
export function roundUp(depth: usize, y: usize, frames: i32, up: f64): void {
  const end = y + (<usize>frames << 2);
  for (; y + 8 <= end; y += 8) {
    putPair(y, f64x2.mul(v128.load(depth), f64x2.splat(up)));
    depth += 16;
  }
  if (y < end) store<f32>(y, <f32>(load<f64>(depth) * up));
}

/** gain[i] = 1 - depth[i], rounded down to the grid of 2^-32. */
export function gainFromDepth(depth: usize, gain: usize, frames: i32): void {
  const one = f64x2.splat(1), steps = f64x2.splat(STEPS), quantum = f64x2.splat(QUANTUM);
  const end = depth + (<usize>frames << 2);
  for (; depth + 8 <= end; depth += 8) {
    v128.store(gain, f64x2.mul(f64x2.floor(f64x2.mul(f64x2.sub(one, pair(depth)), steps)), quantum));
    gain += 16;
  }
  if (depth < end) store<f64>(gain, Math.floor((1 - <f64>load<f32>(depth)) * STEPS) * QUANTUM);
}

/** total / count, rounded down to the grid. */
// @ts-expect-error: decorator
@inline
function meanOf(total: v128, count: v128): v128 {
  const steps = f64x2.mul(f64x2.div(total, count), f64x2.splat(STEPS));
  return f64x2.mul(f64x2.floor(steps), f64x2.splat(QUANTUM));
}

/**
 * Running mean over the last `length` values in place, rounded down to the grid. All values are multiples of 2^-32 up
 * to 1, so the running sum is exact and the mean of ones is exactly 1. Gives the new position in the ring.
 */
export function boxMean(ring: usize, sum: usize, length: i32, position: i32, x: usize, frames: i32): i32 {
  let at = position;
  let total = v128.load64_splat(sum);
  const zero = f64x2.splat(0), count = f64x2.splat(<f64>length);
  let i = 0;
  while (i < frames) {
    const left = frames - i;
    const room = length - at;
    const run = left < room ? left : room;
    const p = x + (<usize>i << 3);
    const q = ring + (<usize>at << 3);
    const end = (<usize>run << 3);
    let k: usize = 0;
    for (; k + 16 <= end; k += 16) {
      const v = v128.load(p + k);
      const change = f64x2.sub(v, v128.load(q + k));
      v128.store(q + k, v);
      // Sums are exact, so their order does not matter: (first, first + second) on top of what there was.
      const both = f64x2.add(change, v128.shuffle<f64>(zero, change, 0, 2));
      total = f64x2.add(total, both);
      v128.store(p + k, meanOf(total, count));
      total = v128.shuffle<f64>(total, total, 1, 1);
    }
    if (k < end) {
      const v = v128.load64_splat(p + k);
      total = f64x2.add(total, f64x2.sub(v, v128.load64_splat(q + k)));
      v128.store_lane<f64>(q + k, v, 0);
      v128.store_lane<f64>(p + k, meanOf(total, count), 0);
    }
    i += run;
    at += run;
    if (at == length) at = 0;
  }
  v128.store_lane<f64>(sum, total, 0);
  return at;
}
