// Power of the audio in a stereo multiplex. Sums lie in four lanes, a frame's lane being its absolute position modulo 4.

/** 3/8 (l^2 + r^2) + 1/4 l r of two frames. */
// @ts-expect-error: decorator
@inline
function powers(l: v128, r: v128): v128 {
  const squares = f64x2.add(f64x2.mul(l, l), f64x2.mul(r, r));
  return f64x2.add(f64x2.mul(squares, f64x2.splat(0.375)), f64x2.mul(f64x2.mul(l, r), f64x2.splat(0.25)));
}

// @ts-expect-error: decorator
@inline
function addOne(left: usize, right: usize, to: usize): void {
  const l = <f64>min(max(load<f32>(left), -1), 1);
  const r = <f64>min(max(load<f32>(right), -1), 1);
  store<f64>(to, load<f64>(to) + ((l * l + r * r) * 0.375 + l * r * 0.25));
}

/** Adds the power of `frames` frames to four lanes, `lane` the first one's. Twin: src/dsp/levels/multiplex-power.ts. */
export function addMultiplexPower(left: usize, right: usize, frames: i32, lane: i32, lanes: usize): void {
  let i = 0;
  for (; i < frames && ((lane + i) & 3) != 0; i++) {
    const at = <usize>i << 2;
    addOne(left + at, right + at, lanes + (<usize>((lane + i) & 3) << 3));
  }
  const least = f32x4.splat(-1);
  const most = f32x4.splat(1);
  let low = v128.load(lanes);
  let high = v128.load(lanes, 16);
  for (; i + 4 <= frames; i += 4) {
    const at = <usize>i << 2;
    const l = f32x4.pmin(f32x4.pmax(v128.load(left + at), least), most);
    const r = f32x4.pmin(f32x4.pmax(v128.load(right + at), least), most);
    low = f64x2.add(low, powers(f64x2.promote_low_f32x4(l), f64x2.promote_low_f32x4(r)));
    high = f64x2.add(
      high,
      powers(
        f64x2.promote_low_f32x4(v128.shuffle<f32>(l, l, 2, 3, 2, 3)),
        f64x2.promote_low_f32x4(v128.shuffle<f32>(r, r, 2, 3, 2, 3)),
      ),
    );
  }
  v128.store(lanes, low);
  v128.store(lanes, high, 16);
  for (; i < frames; i++) {
    const at = <usize>i << 2;
    addOne(left + at, right + at, lanes + (<usize>((lane + i) & 3) << 3));
  }
}
