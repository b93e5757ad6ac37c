// A compressor's loop with the detector behind the gain, in the log domain. Twin: src/dsp/dynamics/feedback-reduction.ts.

/** Turns levels in log2 units into smoothed reductions, in place. */
export function feedbackReduction(state: usize, x: usize, frames: i32, settings: usize): void {
  const side = load<f64>(settings), threshold = load<f64>(settings, 8);
  const halfKnee = load<f64>(settings, 16), kneeEnd = load<f64>(settings, 24), curvature = load<f64>(settings, 32);
  const slope = load<f64>(settings, 40), range = load<f64>(settings, 48);
  const attack = load<f64>(settings, 56), release = load<f64>(settings, 64);
  const hold = load<f64>(settings, 72), slowness = load<f64>(settings, 80);
  const two = slowness < 1;
  let e = load<f64>(state), slow = load<f64>(state, 8), held = load<f64>(state, 16);
  let reduction = two && slow > e ? slow : e;
  const end = x + (<usize>frames << 3);
  for (let p = x; p < end; p += 8) {
    const u = side * (load<f64>(p) - reduction - threshold) + halfKnee;
    const bent = min(max(u, 0), kneeEnd);
    const k = (2 * bent) / (1 + sqrt(1 - curvature * bent));
    const v = side * min(k - bent + slope * max(u - kneeEnd, 0), range);
    if (v >= e) {
      held = hold;
      e = attack * e + (1 - attack) * v;
    } else if (held > 0) held -= 1;
    else e = release * e + (1 - release) * v;
    slow = slowness * slow + (1 - slowness) * v;
    reduction = two && slow > e ? slow : e;
    store<f64>(p, reduction);
  }
  store<f64>(state, e);
  store<f64>(state, slow, 8);
  store<f64>(state, held, 16);
}
