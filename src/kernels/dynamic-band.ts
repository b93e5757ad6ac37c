// One band of a dynamic equaliser. Twins: src/dsp/dynamics/dynamic-band.ts.
import { exp2x2 } from './log-domain';

/** move[i] = 2^(sign * min(move[i], range)) - 1, in place: a move in log2 units becomes the share of the band to add. */
export function shareOfBand(move: usize, frames: i32, sign: f64, range: f64): void {
  const s = f64x2.splat(sign), most = f64x2.splat(range), one = f64x2.splat(1);
  for (let i = 0; i < frames; i += 2) {
    const p = move + (<usize>i << 3);
    const share = f64x2.sub(exp2x2(f64x2.mul(s, f64x2.pmin(v128.load(p), most))), one);
    if (i + 1 < frames) v128.store(p, share);
    else v128.store_lane<f64>(p, share, 0);
  }
}

/** y[i] += share[i] * band[i], computed in f64, rounded once. */
export function addShare(y: usize, band: usize, share: usize, frames: i32): void {
  for (let i = 0; i < frames; i++) {
    const at = <usize>i << 2;
    const sum = <f64>load<f32>(y + at) + load<f64>(share + (<usize>i << 3)) * <f64>load<f32>(band + at);
    store<f32>(y + at, <f32>sum);
  }
}
