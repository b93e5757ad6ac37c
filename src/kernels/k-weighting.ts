// K-weighting and the energy of hops, two channels in one f64x2. Twin: src/dsp/loudness/hop-squares.ts.

/**
 * The frames of both channels through the filter, and the sum of squares so far of what it gives: gives it with theirs added.
 * Two recursions of a product and a difference, 8 cycles a frame each, overlap.
 */
function addSquares(c: usize, s: usize, left: usize, right: usize, frames: i32, sums: v128): v128 {
  const b1 = v128.load(c), b2 = v128.load(c, 16), a1 = v128.load(c, 32), a2 = v128.load(c, 48);
  const e1 = v128.load(c, 64), e2 = v128.load(c, 80);
  let x1 = v128.load(s), d1 = v128.load(s, 16), u1 = v128.load(s, 32), u2 = v128.load(s, 48);
  let y1 = v128.load(s, 64), y2 = v128.load(s, 80), z1 = v128.load(s, 96), z2 = v128.load(s, 112);
  let sum = sums;
  for (let at: usize = 0; at < <usize>frames << 2; at += 4) {
    const x = f64x2.promote_low_f32x4(v128.load_lane<f32>(right + at, v128.load32_zero(left + at), 1));
    const d = f64x2.sub(x, x1);
    const u = f64x2.sub(d, d1);
    const fed = f64x2.add(f64x2.add(u, f64x2.mul(b1, u1)), f64x2.mul(b2, u2));
    const y = f64x2.sub(f64x2.sub(fed, f64x2.mul(a2, y2)), f64x2.mul(a1, y1));
    const z = f64x2.sub(f64x2.sub(y, f64x2.mul(e2, z2)), f64x2.mul(e1, z1));
    sum = f64x2.add(sum, f64x2.mul(z, z));
    x1 = x;
    d1 = d;
    u2 = u1;
    u1 = u;
    y2 = y1;
    y1 = y;
    z2 = z1;
    z1 = z;
  }
  v128.store(s, x1);
  v128.store(s, d1, 16);
  v128.store(s, u1, 32);
  v128.store(s, u2, 48);
  v128.store(s, y1, 64);
  v128.store(s, y2, 80);
  v128.store(s, z1, 96);
  v128.store(s, z2, 112);
  return sum;
}

/**
 * Sums of squares of two K-weighted channels, in `sums` for each of `hops` hops that end at the frames `ends`, in `open` for
 * the one that goes on, which holds what was summed before. For one channel pass the same pointer twice.
 */
export function hopSquares(
  coefs: usize,
  state: usize,
  left: usize,
  right: usize,
  frames: i32,
  ends: usize,
  hops: i32,
  sums: usize,
  open: usize,
): void {
  let sum = v128.load(open);
  let from = 0;
  for (let hop = 0; hop < hops; hop++) {
    const end = load<i32>(ends + (<usize>hop << 2));
    const at = <usize>from << 2;
    v128.store(sums + (<usize>hop << 4), addSquares(coefs, state, left + at, right + at, end - from, sum));
    sum = f64x2.splat(0);
    from = end;
  }
  const at = <usize>from << 2;
  v128.store(open, addSquares(coefs, state, left + at, right + at, frames - from, sum));
}
