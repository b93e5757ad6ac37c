// Levels in log2 units. Twin: src/dsp/dynamics/log-level.ts.
import { log2x2 } from './log-domain';

/** level[i] = log2 peak[i], peaks in f32. */
export function logFromPeak(peak: usize, level: usize, frames: i32): void {
  const least = f64x2.splat(1e-100);
  for (let i = 0; i < frames; i += 2) {
    const p = f64x2.promote_low_f32x4(v128.load64_zero(peak + (<usize>i << 2)));
    const at = level + (<usize>i << 3);
    const l = log2x2(f64x2.pmax(p, least));
    if (i + 1 < frames) v128.store(at, l);
    else v128.store_lane<f64>(at, l, 0);
  }
}

/** power[i] = log2 sqrt(power[i]), in place. */
export function logFromPower(power: usize, frames: i32): void {
  const least = f64x2.splat(1e-100), half = f64x2.splat(0.5);
  for (let i = 0; i < frames; i += 2) {
    const at = power + (<usize>i << 3);
    const l = f64x2.mul(half, log2x2(f64x2.pmax(v128.load(at), least)));
    if (i + 1 < frames) v128.store(at, l);
    else v128.store_lane<f64>(at, l, 0);
  }
}
