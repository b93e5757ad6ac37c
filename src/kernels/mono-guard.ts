// Narrowing of a side that is stronger than its mid. Twin: src/dsp/dynamics/mono-guard.ts.

/**
 * side[i] *= 1 - w r with w = start + step * (index + i) and 1 - r the gain that brings the side's power down to the
 * mid's; r is at most `most`. `state` holds the mean squares of mid and side, and then the last r.
 */
export function monoGuard(
  mid: usize, side: usize, frames: i32, state: usize, keep: f64, most: f64, start: f64, step: f64, index: f64,
): void {
  const kept = f64x2.splat(keep), fresh = f64x2.splat(1 - keep);
  let power = v128.load(state);
  let reduction: f64 = 0;
  for (let i = 0; i < frames; i++) {
    const at = <usize>i << 2;
    const s = <f64>load<f32>(side + at);
    const both = f64x2.replace_lane(f64x2.splat(<f64>load<f32>(mid + at)), 1, s);
    power = f64x2.add(f64x2.mul(kept, power), f64x2.mul(fresh, f64x2.mul(both, both)));
    const m = f64x2.extract_lane(power, 0);
    const p = f64x2.extract_lane(power, 1);
    reduction = 0;
    if (p > m) {
      const wanted = 1 - Math.sqrt(m / p);
      reduction = wanted < most ? wanted : most;
    }
    store<f32>(side + at, <f32>(s * (1 - (start + step * (index + <f64>i)) * reduction)));
  }
  v128.store(state, power);
  store<f64>(state, reduction, 16);
}
