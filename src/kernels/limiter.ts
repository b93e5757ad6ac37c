// The gain of a lookahead limiter. Twins: src/dsp/limiter-gain.ts and src/dsp/box-mean.ts.

const QUANTUM: f64 = 2.3283064365386963e-10; // 2^-32: sums of a million gains on this grid are exact in f64
const STEPS: f64 = 4294967296.0;

/**
 * gain[i] = the largest gain that keeps level[i] under the ceiling, held down and released exponentially, on the
 * grid of 2^-32, never above what the level allows. `state` holds the last gain.
 */
export function releasedGain(
  state: usize,
  level: usize,
  gain: usize,
  frames: i32,
  ceiling: f64,
  release: f64,
  settled: f64,
): void {
  const c = f64x2.splat(ceiling),
    keep = f64x2.splat(release),
    rise = f64x2.splat(1 - release);
  const one = f64x2.splat(1),
    near = f64x2.splat(settled),
    steps = f64x2.splat(STEPS),
    quantum = f64x2.splat(QUANTUM);
  let e = v128.load64_splat(state);
  for (let i = 0; i < frames; i++) {
    const v = f64x2.promote_low_f32x4(v128.load32_splat(level + ((<usize>i) << 2)));
    const allowed = f64x2.div(c, f64x2.pmax(v, c));
    const up = f64x2.add(f64x2.mul(e, keep), rise);
    // A gain that has all but returned to 1 returns: the limiter then passes samples bit for bit.
    const home = v128.bitselect(one, up, f64x2.ge(up, near));
    e = f64x2.pmin(home, allowed);
    v128.store_lane<f64>(gain + ((<usize>i) << 3), f64x2.mul(f64x2.floor(f64x2.mul(e, steps)), quantum), 0);
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
  const n = <f64>length;
  for (let i = 0; i < frames; i++) {
    const p = x + ((<usize>i) << 3);
    const q = ring + ((<usize>at) << 3);
    const v = load<f64>(p);
    total += v - load<f64>(q);
    store<f64>(q, v);
    at = at + 1 == length ? 0 : at + 1;
    store<f64>(p, Math.floor((total / n) * STEPS) * QUANTUM);
  }
  store<f64>(sum, total);
  return at;
}
