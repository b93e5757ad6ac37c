// One band of a dynamic equaliser. Twins: src/dsp/dynamics/dynamic-band.ts.
import { pair, putPair } from './frame-pair';
import { exp2x2 } from './log-domain';
import { along, counted } from './ramp';

/**
 * move[i] = 2^(way * min(move[i], range)) - 1, in place: a move in log2 units becomes the share of the band to add. Way and
 * range stand on straight lines: start + step * (index + i).
 */
export function shareOfBand(
  move: usize, frames: i32, way: f64, wayStep: f64, range: f64, rangeStep: f64, index: f64,
): void {
  if (wayStep == 0 && rangeStep == 0) sharesAlong(false, move, frames, way, wayStep, range, rangeStep, index);
  else sharesAlong(true, move, frames, way, wayStep, range, rangeStep, index);
}

// @ts-expect-error: decorator
@inline
function sharesAlong(
  ramped: bool, move: usize, frames: i32, way: f64, wayStep: f64, range: f64, rangeStep: f64, index: f64,
): void {
  const w = f64x2.splat(way), dw = f64x2.splat(wayStep), r = f64x2.splat(range), dr = f64x2.splat(rangeStep);
  const end = move + (<usize>frames << 3);
  let n = counted(index);
  for (; move + 16 <= end; move += 16) {
    const ways = ramped ? along(w, dw, n) : w;
    v128.store(move, share(v128.load(move), ways, ramped ? along(r, dr, n) : r));
    n = f64x2.add(n, f64x2.splat(2));
  }
  if (move < end) {
    const ways = ramped ? along(w, dw, n) : w;
    v128.store_lane<f64>(move, share(v128.load64_splat(move), ways, ramped ? along(r, dr, n) : r), 0);
  }
}

// @ts-expect-error: decorator
@inline
function share(move: v128, way: v128, range: v128): v128 {
  return f64x2.sub(exp2x2(f64x2.mul(way, f64x2.pmin(move, range))), f64x2.splat(1));
}

/** y[i] += share[i] * band[i], computed in f64, rounded once. */
export function addShare(y: usize, band: usize, share: usize, frames: i32): void {
  const end = y + (<usize>frames << 2);
  for (; y + 8 <= end; y += 8) {
    putPair(y, f64x2.add(pair(y), f64x2.mul(v128.load(share), pair(band))));
    band += 8;
    share += 16;
  }
  if (y < end) store<f32>(y, <f32>(<f64>load<f32>(y) + load<f64>(share) * <f64>load<f32>(band)));
}
