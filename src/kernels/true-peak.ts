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

/** |E| + |O|: the larger magnitude of two mirrored readings. */
// @ts-expect-error: decorator
@inline
function larger(even: v128, odd: v128): v128 {
  return f32x4.add(f32x4.abs(even), f32x4.abs(odd));
}

/** The coarse readings of the four gaps whose left samples begin at `left`, and the samples beside them. */
// @ts-expect-error: decorator
@inline
function coarsePeaks(left: usize, taps: usize): v128 {
  const zero = f32x4.splat(0);
  let e0 = zero, o0 = zero, e1 = zero, o1 = zero;
  for (let k: usize = 0; k < COARSE_HALF; k++) {
    const l = v128.load(left - (k << 2));
    const r = v128.load(left + (k << 2), 4);
    const s = f32x4.add(l, r);
    const d = f32x4.sub(l, r);
    const row = taps + k * COARSE_ROW;
    e0 = f32x4.add(e0, f32x4.mul(v128.load32_splat(row), s));
    o0 = f32x4.add(o0, f32x4.mul(v128.load32_splat(row, 4), d));
    e1 = f32x4.add(e1, f32x4.mul(v128.load32_splat(row, 8), s));
    o1 = f32x4.add(o1, f32x4.mul(v128.load32_splat(row, 12), d));
  }
  return f32x4.pmax(larger(e0, o0), larger(e1, o1));
}

/** The fine readings of four gaps at four of the eight pairs of mirrored points, those from `taps` on. */
function finePeaks(left: usize, taps: usize): v128 {
  const zero = f32x4.splat(0);
  let e0 = zero, o0 = zero, e1 = zero, o1 = zero, e2 = zero, o2 = zero, e3 = zero, o3 = zero;
  for (let k: usize = 0; k < FINE_HALF; k++) {
    const l = v128.load(left - (k << 2));
    const r = v128.load(left + (k << 2), 4);
    const s = f32x4.add(l, r);
    const d = f32x4.sub(l, r);
    const row = taps + k * FINE_ROW;
    e0 = f32x4.add(e0, f32x4.mul(v128.load32_splat(row), s));
    o0 = f32x4.add(o0, f32x4.mul(v128.load32_splat(row, 4), d));
    e1 = f32x4.add(e1, f32x4.mul(v128.load32_splat(row, 8), s));
    o1 = f32x4.add(o1, f32x4.mul(v128.load32_splat(row, 12), d));
    e2 = f32x4.add(e2, f32x4.mul(v128.load32_splat(row, 16), s));
    o2 = f32x4.add(o2, f32x4.mul(v128.load32_splat(row, 20), d));
    e3 = f32x4.add(e3, f32x4.mul(v128.load32_splat(row, 24), s));
    o3 = f32x4.add(o3, f32x4.mul(v128.load32_splat(row, 28), d));
  }
  return f32x4.pmax(f32x4.pmax(larger(e0, o0), larger(e1, o1)), f32x4.pmax(larger(e2, o2), larger(e3, o3)));
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
    let top = f32x4.pmax(f32x4.abs(v128.load(left)), f32x4.abs(v128.load(left, 4)));
    const near = f32x4.pmax(
      f32x4.pmax(f32x4.abs(v128.load(left - 20)), f32x4.abs(v128.load(left - 4))),
      f32x4.pmax(f32x4.abs(v128.load(left + 12)), f32x4.abs(v128.load(left + 24))),
    );
    if (v128.any_true(f32x4.gt(f32x4.pmax(near, top), quiet))) {
      top = f32x4.pmax(top, coarsePeaks(left, coarse));
      const most = f32x4.mul(top, factor);
      const known = merge ? f32x4.pmax(limit, v128.load(y)) : limit;
      if (trust > 1 && v128.any_true(f32x4.gt(most, known))) {
        const peaks = f32x4.pmax(finePeaks(left, fine), finePeaks(left, fine + 32));
        top = f32x4.pmax(top, f32x4.pmin(peaks, most));
      }
    }
    if (merge) top = f32x4.pmax(top, v128.load(y));
    v128.store(y, top);
  }
}
