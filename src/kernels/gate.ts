// A gate's curve with hysteresis and hold, in the log domain. Twin: src/dsp/dynamics/gate-curve.ts.

/** Turns levels in log2 units into reductions, in place; `left` counts the frames for which the gate stays open. */
export function gateReduction(
  left: usize, x: usize, frames: i32, threshold: f64, closing: f64, slope: f64, range: f64, hold: f64,
): void {
  let open = load<f64>(left);
  const end = x + (<usize>frames << 3);
  for (let p = x; p < end; p += 8) {
    const level = load<f64>(p);
    if (level >= (open > 0 ? closing : threshold)) open = hold + 1;
    else if (open > 0) open -= 1;
    store<f64>(p, open > 0 ? 0 : min(slope * (threshold - level), range));
  }
  store<f64>(left, open);
}
