// The gain of a lookahead limiter. Twins: src/dsp/dynamics/limiter-gain.ts and src/dsp/levels/box-mean.ts.

const QUANTUM: f64 = 2.3283064365386963e-10; // 2^-32: sums of a million gains on this grid are exact in f64
const STEPS: f64 = 4294967296.0;

/**
 * depth[i] = 1 - the largest gain that holds level[i] under the ceiling, released exponentially. `state` holds the
 * last depth and its running mean, the slow depth; `margined` is the ceiling that levels above the ceiling are brought to.
 */
export function releasedDepth(
  state: usize, level: usize, depth: usize, frames: i32,
  ceiling: f64, margined: f64, keep: f64, drop: f64, slowKeep: f64, slowDrop: f64,
): void {
  const zero = f64x2.splat(0), one = f64x2.splat(1);
  const c = f64x2.splat(ceiling), m = f64x2.splat(margined);
  const k = f64x2.splat(keep), fall = f64x2.splat(drop);
  const r = f64x2.splat(slowKeep), r1 = f64x2.splat(1 - slowKeep), slowFall = f64x2.splat(slowDrop);
  let d = v128.load64_splat(state);
  let s = v128.load64_splat(state, 8);
  for (let i = 0; i < frames; i++) {
    const v = f64x2.promote_low_f32x4(v128.load32_splat(level + (<usize>i << 2)));
    const need = v128.and(f64x2.sub(one, f64x2.div(m, v)), f64x2.gt(v, c));
    d = f64x2.pmax(f64x2.sub(f64x2.mul(d, k), fall), need);
    s = f64x2.pmax(f64x2.sub(f64x2.add(f64x2.mul(r, s), f64x2.mul(r1, d)), slowFall), zero);
    v128.store_lane<f64>(depth + (<usize>i << 3), f64x2.pmax(d, s), 0);
  }
  store<f64>(state, f64x2.extract_lane(d, 0));
  store<f64>(state, f64x2.extract_lane(s, 0), 8);
}

/** y[i] = depth[i] in 32 bits, never less. */
export function roundUp(depth: usize, y: usize, frames: i32, up: f64): void {
  const u = f64x2.splat(up);
  for (let i = 0; i < frames; i += 2) {
    const v = f32x4.demote_f64x2_zero(f64x2.mul(v128.load(depth + (<usize>i << 3)), u));
    if (i + 1 < frames) v128.store_lane<f64>(y + (<usize>i << 2), v, 0);
    else v128.store_lane<f32>(y + (<usize>i << 2), v, 0);
  }
}

/** gain[i] = 1 - depth[i], rounded down to the grid of 2^-32. */
export function gainFromDepth(depth: usize, gain: usize, frames: i32): void {
  const one = f64x2.splat(1), steps = f64x2.splat(STEPS), quantum = f64x2.splat(QUANTUM);
  for (let i = 0; i < frames; i += 2) {
    const d = f64x2.promote_low_f32x4(v128.load64_zero(depth + (<usize>i << 2)));
    const g = f64x2.mul(f64x2.floor(f64x2.mul(f64x2.sub(one, d), steps)), quantum);
    if (i + 1 < frames) v128.store(gain + (<usize>i << 3), g);
    else v128.store_lane<f64>(gain + (<usize>i << 3), g, 0);
  }
}

/**
 * Running mean over the last `length` values in place, rounded down to the grid. All values are multiples of 2^-32 up
 * to 1, so the running sum is exact and the mean of ones is exactly 1. Gives the new position in the ring.
 */
export function boxMean(ring: usize, sum: usize, length: i32, position: i32, x: usize, frames: i32): i32 {
  let at = position;
  let total = load<f64>(sum);
  let i = 0;
  while (i < frames) {
    const left = frames - i;
    const room = length - at;
    const run = left < room ? left : room;
    const p = x + (<usize>i << 3);
    const q = ring + (<usize>at << 3);
    for (let k: usize = 0; k < <usize>run << 3; k += 8) {
      const v = load<f64>(p + k);
      total += v - load<f64>(q + k);
      store<f64>(q + k, v);
      store<f64>(p + k, total);
    }
    i += run;
    at += run;
    if (at == length) at = 0;
  }
  store<f64>(sum, total);
  const n = f64x2.splat(<f64>length), steps = f64x2.splat(STEPS), quantum = f64x2.splat(QUANTUM);
  for (i = 0; i < frames; i += 2) {
    const p = x + (<usize>i << 3);
    const mean = f64x2.div(v128.load(p), n);
    const down = f64x2.mul(f64x2.floor(f64x2.mul(mean, steps)), quantum);
    if (i + 1 < frames) v128.store(p, down);
    else v128.store_lane<f64>(p, down, 0);
  }
  return at;
}
