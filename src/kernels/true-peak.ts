// Readings between samples, four gaps a vector. Twin with the same operations in the same order: src/dsp/levels/true-peak.ts.

/** Taps of the two interpolators on either side of a gap, and bytes of their tables at each distance from it. */
const COARSE_HALF: usize = 6;
const FINE_HALF: usize = 16;
const COARSE_ROW: usize = 16;
const FINE_ROW: usize = 64;
/** Bytes from the first sample that a fine reading needs to the sample on the left of its gap. */
const TO_LEFT: usize = 60;
/** The coarse interpolator's largest sum of magnitudes of taps, 2.0229, rounded up. */
const COARSE_GAIN: f32 = 2.03;

/** |x|; `f32x4.abs` makes its mask anew each time. */
// @ts-expect-error: decorator
@inline
function magnitudes(x: v128): v128 {
  return v128.and(x, i32x4.splat(0x7fffffff));
}

/** |E| + |O|: the larger magnitude of two mirrored readings. */
// @ts-expect-error: decorator
@inline
function larger(even: v128, odd: v128): v128 {
  return f32x4.add(magnitudes(even), magnitudes(odd));
}

/**
 * The readings of the four gaps whose left samples begin at `left`, at two pairs of mirrored points, from `half` rows of taps.
 * Not more points at once: their sums have to stay in registers.
 */
// @ts-expect-error: decorator
@inline
function twoPairs(left: usize, taps: usize, half: usize, row: usize): v128 {
  const zero = f32x4.splat(0);
  let e0 = zero, o0 = zero, e1 = zero, o1 = zero;
  let right = left + 4;
  for (const end = right + (half << 2); right < end; right += 4) {
    const l = v128.load(left);
    const r = v128.load(right);
    const s = f32x4.add(l, r);
    const d = f32x4.sub(l, r);
    e0 = f32x4.add(e0, f32x4.mul(v128.load32_splat(taps), s));
    o0 = f32x4.add(o0, f32x4.mul(v128.load32_splat(taps, 4), d));
    e1 = f32x4.add(e1, f32x4.mul(v128.load32_splat(taps, 8), s));
    o1 = f32x4.add(o1, f32x4.mul(v128.load32_splat(taps, 12), d));
    taps += row;
    left -= 4;
  }
  return f32x4.pmax(larger(e0, o0), larger(e1, o1));
}

/** The fine readings of four gaps at all eight pairs of mirrored points. */
function finePeaks(left: usize, taps: usize): v128 {
  return f32x4.pmax(
    f32x4.pmax(twoPairs(left, taps, FINE_HALF, FINE_ROW), twoPairs(left, taps + 16, FINE_HALF, FINE_ROW)),
    f32x4.pmax(twoPairs(left, taps + 32, FINE_HALF, FINE_ROW), twoPairs(left, taps + 48, FINE_HALF, FINE_ROW)),
  );
}

/**
 * level[i] = the true peak of the gap behind sample i + 15 of x, or the larger of it and level[i] with `merge`. A level
 * that can't exceed `floor` may come out too low. `trust` bounds the fine reading by the coarse one; at 1 there is
 * no fine reading. Writes whole vectors, up to three levels behind the last.
 */
export function truePeaks(
  x: usize, level: usize, frames: i32, coarse: usize, fine: usize, floor: f32, trust: f32, merge: i32,
): void {
  const quiet = f32x4.splat(floor / (COARSE_GAIN * trust));
  const limit = f32x4.splat(floor), factor = f32x4.splat(trust);
  const end = x + (<usize>frames << 2);
  let y = level;
  for (let p = x; p < end; p += 16, y += 16) {
    const left = p + TO_LEFT;
    let top = f32x4.pmax(magnitudes(v128.load(left)), magnitudes(v128.load(left, 4)));
    const near = f32x4.pmax(
      f32x4.pmax(magnitudes(v128.load(left - 20)), magnitudes(v128.load(left - 4))),
      f32x4.pmax(magnitudes(v128.load(left + 12)), magnitudes(v128.load(left + 24))),
    );
    if (i32x4.bitmask(f32x4.gt(f32x4.pmax(near, top), quiet))) {
      top = f32x4.pmax(top, twoPairs(left, coarse, COARSE_HALF, COARSE_ROW));
      const most = f32x4.mul(top, factor);
      const known = merge ? f32x4.pmax(limit, v128.load(y)) : limit;
      if (trust > 1 && i32x4.bitmask(f32x4.gt(most, known))) {
        top = f32x4.pmax(top, f32x4.pmin(finePeaks(left, fine), most));
      }
    }
    if (merge) top = f32x4.pmax(top, v128.load(y));
    v128.store(y, top);
  }
}

/** The row becomes the last `history` samples and the block behind them; the last of the row are kept for the next block. */
export function takeBlock(row: usize, kept: usize, history: i32, x: usize, frames: i32): void {
  const bytes = <usize>history << 2;
  memory.copy(row, kept, bytes);
  memory.copy(row + bytes, x, <usize>frames << 2);
  memory.copy(kept, row + (<usize>frames << 2), bytes);
}
