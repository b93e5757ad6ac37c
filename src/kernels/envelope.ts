// The envelope follower: one pole that rises and falls at different speeds, without a branch. Twin: src/dsp/dynamics/envelope.ts.
//
// x > e ? a e + (1-a) x : r e + (1-r) x is the larger of the two when a <= r (attack no longer than release) and the
// smaller otherwise: their difference is (a - r)(e - x).

/** The larger of two, or the smaller. */
// @ts-expect-error: decorator
@inline
function outer(p: v128, q: v128, larger: bool): v128 {
  return larger ? f64x2.pmax(p, q) : f64x2.pmin(p, q);
}

/** What one frame makes of an envelope. */
// @ts-expect-error: decorator
@inline
function once(e: v128, x: v128, a: v128, r: v128, a1: v128, r1: v128, larger: bool): v128 {
  return outer(f64x2.add(f64x2.mul(a, e), f64x2.mul(a1, x)), f64x2.add(f64x2.mul(r, e), f64x2.mul(r1, x)), larger);
}

/**
 * What two frames make of it in one step: the outermost of four lines, of which two have one slope. What does not depend on
 * the envelope comes beforehand, so that two frames wait for 16 cycles where one step each would wait for 24.
 */
// @ts-expect-error: decorator
@inline
function twice(
  e: v128, x: v128, y: v128, a: v128, r: v128, a1: v128, r1: v128, aa: v128, ar: v128, rr: v128, larger: bool,
): v128 {
  const ax = f64x2.mul(a1, x), rx = f64x2.mul(r1, x);
  const ay = f64x2.mul(a1, y), ry = f64x2.mul(r1, y);
  const turn = outer(f64x2.add(f64x2.mul(a, rx), ay), f64x2.add(f64x2.mul(r, ax), ry), larger);
  const rising = f64x2.add(f64x2.mul(aa, e), f64x2.add(f64x2.mul(a, ax), ay));
  const falling = f64x2.add(f64x2.mul(rr, e), f64x2.add(f64x2.mul(r, rx), ry));
  return outer(outer(rising, falling, larger), f64x2.add(f64x2.mul(ar, e), turn), larger);
}

// @ts-expect-error: decorator
@inline
function take(x: usize, y: usize): v128 {
  return v128.load64_lane(y, v128.load64_zero(x), 1);
}

// @ts-expect-error: decorator
@inline
function give(x: usize, y: usize, e: v128): void {
  v128.store_lane<f64>(y, e, 1);
  v128.store_lane<f64>(x, e, 0);
}

// @ts-expect-error: decorator
@inline
function follow(
  last: usize, first: usize, x: usize, y: usize, frames: i32, attack: f64, release: f64, open: i32, larger: bool,
): void {
  const a = f64x2.splat(attack), r = f64x2.splat(release);
  const a1 = f64x2.splat(1 - attack), r1 = f64x2.splat(1 - release);
  const aa = f64x2.mul(a, a), ar = f64x2.mul(a, r), rr = f64x2.mul(r, r);
  const next: usize = x == y ? 0 : 8;
  const end = (<usize>frames) << 3;
  let e = take(last, last + next);
  let p: usize = 0;
  if (open != 0 && end > 0) {
    e = twice(e, take(first, first + next), take(x, y), a, r, a1, r1, aa, ar, rr, larger);
    give(x, y, e);
    give(first, first + next, f64x2.splat(0));
    p = 8;
  }
  for (; p + 16 <= end; p += 16) {
    const v = take(x + p, y + p);
    const w = take(x + p + 8, y + p + 8);
    give(x + p, y + p, once(e, v, a, r, a1, r1, larger));
    e = twice(e, v, w, a, r, a1, r1, aa, ar, rr, larger);
    give(x + p + 8, y + p + 8, e);
  }
  give(last, last + next, e);
  if (p < end) {
    const v = take(x + p, y + p);
    give(first, first + next, v);
    give(x + p, y + p, once(e, v, a, r, a1, r1, larger));
  }
}

/**
 * In place over two signals of f64, side by side in one vector; for one signal pass the same pointer twice. `last` are the
 * envelopes behind the last whole pair of frames and `first` the first frames of a pair that is `open` (1) or not (0).
 */
export function envelope(
  last: usize, first: usize, x: usize, y: usize, frames: i32, attack: f64, release: f64, open: i32,
): void {
  if (attack <= release) follow(last, first, x, y, frames, attack, release, open, true);
  else follow(last, first, x, y, frames, attack, release, open, false);
}

/**
 * Squares of two channels (f32) through two poles with coefficient `keep`, `average` and `smoother` their states; power[i] is the
 * larger of the two, or of them and power[i] with `merge`. Twin: LevelDetector in src/dsp/dynamics/level-detector.ts.
 */
export function loudestMeanSquare(
  average: usize,
  smoother: usize,
  x: usize,
  y: usize,
  frames: i32,
  keep: f64,
  power: usize,
  merge: i32,
): void {
  const k = f64x2.splat(keep);
  const k1 = f64x2.splat(1 - keep);
  let a = v128.load(average);
  let b = v128.load(smoother);
  const end = (<usize>frames) << 2;
  for (let p: usize = 0; p < end; p += 4) {
    const v = f64x2.promote_low_f32x4(v128.load32_lane(y + p, v128.load32_zero(x + p), 1));
    a = f64x2.add(f64x2.mul(k, a), f64x2.mul(k1, f64x2.mul(v, v)));
    b = f64x2.add(f64x2.mul(k, b), f64x2.mul(k1, a));
    const to = power + 2 * p;
    let top = f64x2.pmax(b, v128.shuffle<f64>(b, b, 1, 0));
    if (merge) top = f64x2.pmax(top, v128.load64_zero(to));
    v128.store_lane<f64>(to, top, 0);
  }
  v128.store(average, a);
  v128.store(smoother, b);
}

/** In place over one signal of f64, with a hold before it falls and a slow follower (slowness < 1) beside it. */
export function heldEnvelope(
  state: usize,
  slowState: usize,
  heldState: usize,
  x: usize,
  frames: i32,
  attack: f64,
  release: f64,
  hold: i32,
  slowness: f64,
): void {
  let e = load<f64>(state);
  let slow = load<f64>(slowState);
  let held = load<i32>(heldState);
  const two = slowness < 1;
  const end = x + ((<usize>frames) << 3);
  for (let p = x; p < end; p += 8) {
    const v = load<f64>(p);
    if (v >= e) {
      held = hold;
      e = attack * e + (1 - attack) * v;
    } else if (held > 0) held--;
    else e = release * e + (1 - release) * v;
    slow = slowness * slow + (1 - slowness) * v;
    store<f64>(p, two && slow > e ? slow : e);
  }
  store<f64>(state, e);
  store<f64>(slowState, slow);
  store<i32>(heldState, held);
}
