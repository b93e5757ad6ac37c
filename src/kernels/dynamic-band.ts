// One band of a dynamic equaliser. Twins: src/dsp/dynamics/dynamic-band.ts.
import { pair, putPair } from './frame-pair';
import { exp2x2 } from './log-domain';

/** move[i] = 2^(sign * min(move[i], range)) - 1, in place: a move in log2 units becomes the share of the band to add. */
export function shareOfBand(move: usize, frames: i32, sign: f64, range: f64): void {
  const s = f64x2.splat(sign), most = f64x2.splat(range);
  const end = move + (<usize>frames << 3);
  for (; move + 32 <= end; move += 32) {
    v128.store(move, share(v128.load(move), s, most));
    v128.store(move, share(v128.load(move, 16), s, most), 16);
  }
  for (; move < end; move += 8) v128.store_lane<f64>(move, share(v128.load64_splat(move), s, most), 0);
}

// @ts-expect-error: decorator
@inline
function share(move: v128, sign: v128, range: v128): v128 {
  return f64x2.sub(exp2x2(f64x2.mul(sign, f64x2.pmin(move, range))), f64x2.splat(1));
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
