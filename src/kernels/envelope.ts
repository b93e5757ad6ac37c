// The envelope follower: one pole that falls and rises at different speeds, without a branch. Twin: src/dsp/dynamics/envelope.ts.
//
// x > e ? a e + (1-a) x : r e + (1-r) x is the larger of the two when a <= r (attack no longer than release) and the
// smaller otherwise: their difference is (a - r)(e - x).

/** In place over one signal of f64. */
export function envelope(state: usize, x: usize, frames: i32, attack: f64, release: f64): void {
  const a = f64x2.splat(attack),
    r = f64x2.splat(release);
  const a1 = f64x2.splat(1 - attack),
    r1 = f64x2.splat(1 - release);
  let e = v128.load64_splat(state);
  const end = x + ((<usize>frames) << 3);
  if (attack <= release) {
    for (let p = x; p < end; p += 8) {
      const v = v128.load64_splat(p);
      e = f64x2.pmax(
        f64x2.add(f64x2.mul(a, e), f64x2.mul(a1, v)),
        f64x2.add(f64x2.mul(r, e), f64x2.mul(r1, v)),
      );
      v128.store_lane<f64>(p, e, 0);
    }
  } else {
    for (let p = x; p < end; p += 8) {
      const v = v128.load64_splat(p);
      e = f64x2.pmin(
        f64x2.add(f64x2.mul(a, e), f64x2.mul(a1, v)),
        f64x2.add(f64x2.mul(r, e), f64x2.mul(r1, v)),
      );
      v128.store_lane<f64>(p, e, 0);
    }
  }
  store<f64>(state, f64x2.extract_lane(e, 0));
}

/** In place over two signals of f64, side by side in one vector. */
export function envelopePair(
  stateX: usize,
  stateY: usize,
  x: usize,
  y: usize,
  frames: i32,
  attack: f64,
  release: f64,
): void {
  const a = f64x2.splat(attack),
    r = f64x2.splat(release);
  const a1 = f64x2.splat(1 - attack),
    r1 = f64x2.splat(1 - release);
  let e = v128.load64_lane(stateY, v128.load64_zero(stateX), 1);
  const end = (<usize>frames) << 3;
  if (attack <= release) {
    for (let p: usize = 0; p < end; p += 8) {
      const v = v128.load64_lane(y + p, v128.load64_zero(x + p), 1);
      e = f64x2.pmax(
        f64x2.add(f64x2.mul(a, e), f64x2.mul(a1, v)),
        f64x2.add(f64x2.mul(r, e), f64x2.mul(r1, v)),
      );
      v128.store_lane<f64>(x + p, e, 0);
      v128.store_lane<f64>(y + p, e, 1);
    }
  } else {
    for (let p: usize = 0; p < end; p += 8) {
      const v = v128.load64_lane(y + p, v128.load64_zero(x + p), 1);
      e = f64x2.pmin(
        f64x2.add(f64x2.mul(a, e), f64x2.mul(a1, v)),
        f64x2.add(f64x2.mul(r, e), f64x2.mul(r1, v)),
      );
      v128.store_lane<f64>(x + p, e, 0);
      v128.store_lane<f64>(y + p, e, 1);
    }
  }
  store<f64>(stateX, f64x2.extract_lane(e, 0));
  store<f64>(stateY, f64x2.extract_lane(e, 1));
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
