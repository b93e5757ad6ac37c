// Signals drawn towards the largest of them. Twin: src/dsp/dynamics/channel-link.ts.

/** top[i] = x[i], or the larger of the two with `merge`. */
export function mergeLargest(top: usize, x: usize, frames: i32, merge: i32): void {
  const end = top + (<usize>frames << 3);
  for (; top + 16 <= end; top += 16) {
    const v = v128.load(x);
    v128.store(top, merge ? f64x2.pmax(v, v128.load(top)) : v);
    x += 16;
  }
  if (top < end) {
    const v = v128.load64_zero(x);
    v128.store_lane<f64>(top, merge ? f64x2.pmax(v, v128.load64_zero(top)) : v, 0);
  }
}

/** x[i] += amount * (top[i] - x[i]). */
export function drawTowards(x: usize, top: usize, frames: i32, amount: f64): void {
  const end = x + (<usize>frames << 3);
  for (; x + 16 <= end; x += 16) {
    const v = v128.load(x);
    v128.store(x, f64x2.add(v, f64x2.mul(f64x2.splat(amount), f64x2.sub(v128.load(top), v))));
    top += 16;
  }
  if (x < end) store<f64>(x, load<f64>(x) + amount * (load<f64>(top) - load<f64>(x)));
}
