// The gain of a lookahead limiter. Twins: src/dsp/limiter-gain.ts and src/dsp/box-mean.ts.

const QUANTUM: f64 = 2.3283064365386963e-10; // 2^-32: sums of a million gains on this grid are exact in f64
const STEPS: f64 = 4294967296.0;

/**
 * gain[i] = the largest gain that keeps level[i] under the ceiling, held down and released exponentially towards a
 * `goal` just over 1, on the grid of 2^-32, never above what the level allows. `state` holds the last gain.
 */
export function releasedGain(
  state: usize, level: usize, gain: usize, frames: i32, ceiling: f64, release: f64, goal: f64,
): void {
  const c = f64x2.splat(ceiling), keep = f64x2.splat(release), rise = f64x2.splat(goal * (1 - release));
  const steps = f64x2.splat(STEPS), quantum = f64x2.splat(QUANTUM);
  let e = v128.load64_splat(state);
  for (let i = 0; i < frames; i++) {
    const v = f64x2.promote_low_f32x4(v128.load32_splat(level + (<usize>i << 2)));
    const allowed = f64x2.div(c, f64x2.pmax(v, c));
    e = f64x2.pmin(f64x2.add(f64x2.mul(e, keep), rise), allowed);
    v128.store_lane<f64>(gain + (<usize>i << 3), f64x2.mul(f64x2.floor(f64x2.mul(e, steps)), quantum), 0);
  }
  store<f64>(state, f64x2.extract_lane(e, 0));
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
