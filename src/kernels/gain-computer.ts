// The static curve of a compressor in the log2 domain. Twin: src/dsp/dynamics/gain-computer.ts.
import { log2x2 } from './log-domain';

// @ts-expect-error: decorator
@inline
function reductionOf(
  level: v128, threshold: v128, knee: v128, halfKnee: v128, bend: v128, slope: v128, cap: v128,
): v128 {
  const over = f64x2.sub(level, threshold);
  const zero = f64x2.splat(0);
  const k = f64x2.pmin(f64x2.pmax(f64x2.add(over, halfKnee), zero), knee);
  const straight = f64x2.pmax(f64x2.sub(over, halfKnee), zero);
  return f64x2.mul(slope, f64x2.pmin(f64x2.add(f64x2.mul(f64x2.mul(k, k), bend), straight), cap));
}

// @ts-expect-error: decorator
@inline
function logOf(level: v128, scale: v128): v128 {
  return f64x2.mul(scale, log2x2(f64x2.pmax(level, f64x2.splat(1e-100))));
}

/**
 * From levels (f32). `side` is 1 for a curve above the threshold and -1 for one below, `idle` the level up to which
 * (from which) the reduction is 0: four such frames skip the arithmetic, and so do four that equal the one before
 * them, as most do behind a peak hold.
 */
export function reductionFromLevel(
  level: usize, reduction: usize, frames: i32, side: f64, threshold: f64, knee: f64, bend: f64, slope: f64, cap: f64,
  idle: f32,
): void {
  const t = f64x2.splat(threshold), w = f64x2.splat(knee), h = f64x2.splat(knee * 0.5);
  const b = f64x2.splat(bend), s = f64x2.splat(slope), c = f64x2.splat(cap), scale = f64x2.splat(side);
  const sides = f32x4.splat(<f32>side);
  const quiet = f32x4.splat(<f32>side * idle);
  const zero = f64x2.splat(0);
  let last = f32x4.splat(-1), lastReduction = zero;
  let i = 0;
  for (; i + 4 <= frames; i += 4) {
    const v = v128.load(level + (<usize>i << 2));
    const out = reduction + (<usize>i << 3);
    if (i32x4.all_true(f32x4.le(f32x4.mul(v, sides), quiet))) {
      v128.store(out, zero);
      v128.store(out, zero, 16);
      continue;
    }
    if (i32x4.all_true(f32x4.eq(v, last))) {
      v128.store(out, lastReduction);
      v128.store(out, lastReduction, 16);
      continue;
    }
    const low = logOf(f64x2.promote_low_f32x4(v), scale);
    v128.store(out, reductionOf(low, t, w, h, b, s, c));
    const high = logOf(f64x2.promote_low_f32x4(v128.shuffle<f32>(v, v, 2, 3, 2, 3)), scale);
    const highReduction = reductionOf(high, t, w, h, b, s, c);
    v128.store(out, highReduction, 16);
    last = v128.shuffle<f32>(v, v, 3, 3, 3, 3);
    lastReduction = v128.shuffle<f64>(highReduction, highReduction, 1, 1);
  }
  for (; i < frames; i++) {
    const v = f64x2.promote_low_f32x4(v128.load32_splat(level + (<usize>i << 2)));
    v128.store_lane<f64>(reduction + (<usize>i << 3), reductionOf(logOf(v, scale), t, w, h, b, s, c), 0);
  }
}

/**
 * From mean squares (f64), in place: the level is `scale` (half the side) times the log2 of a power. Two powers up to (from)
 * `idle` skip the arithmetic.
 */
export function reductionFromPower(
  power: usize, frames: i32, scale: f64, threshold: f64, knee: f64, bend: f64, slope: f64, cap: f64, idle: f64,
): void {
  const quiet = f64x2.splat(scale * idle);
  const zero = f64x2.splat(0);
  const t = f64x2.splat(threshold), w = f64x2.splat(knee), h = f64x2.splat(knee * 0.5);
  const b = f64x2.splat(bend), s = f64x2.splat(slope), c = f64x2.splat(cap), half = f64x2.splat(scale);
  let i = 0;
  for (; i + 2 <= frames; i += 2) {
    const at = power + (<usize>i << 3);
    const v = v128.load(at);
    const isQuiet = i64x2.all_true(f64x2.le(f64x2.mul(v, half), quiet));
    v128.store(at, isQuiet ? zero : reductionOf(logOf(v, half), t, w, h, b, s, c));
  }
  for (; i < frames; i++) {
    const at = power + (<usize>i << 3);
    v128.store_lane<f64>(at, reductionOf(logOf(v128.load64_splat(at), half), t, w, h, b, s, c), 0);
  }
}

/** From levels in log2 units (f64), in place; `scale` is the side. */
export function reductionFromLog(
  level: usize, frames: i32, scale: f64, threshold: f64, knee: f64, bend: f64, slope: f64, cap: f64,
): void {
  const t = f64x2.splat(threshold), w = f64x2.splat(knee), h = f64x2.splat(knee * 0.5);
  const b = f64x2.splat(bend), s = f64x2.splat(slope), c = f64x2.splat(cap), side = f64x2.splat(scale);
  for (let i = 0; i < frames; i += 2) {
    const at = level + (<usize>i << 3);
    const r = reductionOf(f64x2.mul(side, v128.load(at)), t, w, h, b, s, c);
    if (i + 1 < frames) v128.store(at, r);
    else v128.store_lane<f64>(at, r, 0);
  }
}

/** top[i] = x[i], or the larger of the two with `merge`. Twin: src/dsp/dynamics/channel-link.ts. */
export function mergeLargest(top: usize, x: usize, frames: i32, merge: i32): void {
  for (let i = 0; i < frames; i++) {
    const at = <usize>i << 3;
    const v = load<f64>(x + at);
    const old = merge ? load<f64>(top + at) : v;
    store<f64>(top + at, old > v ? old : v);
  }
}

/** x[i] += amount * (top[i] - x[i]). Twin: src/dsp/dynamics/channel-link.ts. */
export function drawTowards(x: usize, top: usize, frames: i32, amount: f64): void {
  for (let i = 0; i < frames; i++) {
    const at = <usize>i << 3;
    const v = load<f64>(x + at);
    store<f64>(x + at, v + amount * (load<f64>(top + at) - v));
  }
}
