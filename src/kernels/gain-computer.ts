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
  while (i + 4 <= frames) {
    let v = v128.load(level + (<usize>i << 2));
    const from = reduction + (<usize>i << 3);
    if (allQuiet(v, sides, quiet)) {
      v128.store(from, zero);
      v128.store(from, zero, 16);
      i += 4;
      continue;
    }
    if (allFour(f32x4.eq(v, last))) {
      v128.store(from, lastReduction);
      v128.store(from, lastReduction, 16);
      i += 4;
      continue;
    }
    // First all logarithms of a stretch, then the curve: two short chains overlap with their neighbours better than a long one.
    do {
      const out = reduction + (<usize>i << 3);
      v128.store(out, logOf(f64x2.promote_low_f32x4(v), scale));
      v128.store(out, logOf(f64x2.promote_low_f32x4(v128.shuffle<f32>(v, v, 2, 3, 2, 3)), scale), 16);
      last = v128.shuffle<f32>(v, v, 3, 3, 3, 3);
      i += 4;
      if (i + 4 > frames) break;
      v = v128.load(level + (<usize>i << 2));
    } while (!allFour(f32x4.eq(v, last)) && !allQuiet(v, sides, quiet));
    const to = reduction + (<usize>i << 3);
    for (let p = from; p < to; p += 16) v128.store(p, reductionOf(v128.load(p), t, w, h, b, s, c));
    lastReduction = v128.load64_splat(to - 8);
  }
  for (; i < frames; i++) {
    const v = f64x2.promote_low_f32x4(v128.load32_splat(level + (<usize>i << 2)));
    v128.store_lane<f64>(reduction + (<usize>i << 3), reductionOf(logOf(v, scale), t, w, h, b, s, c), 0);
  }
}

/** Whether a comparison holds in all four lanes, in two instructions where `all_true` takes six. */
// @ts-expect-error: decorator
@inline
function allFour(mask: v128): bool {
  return i32x4.bitmask(mask) == 0b1111;
}

// @ts-expect-error: decorator
@inline
function allQuiet(level: v128, sides: v128, quiet: v128): bool {
  return allFour(f32x4.le(f32x4.mul(level, sides), quiet));
}

/**
 * From mean squares (f64), in place: the level is `scale` (half the side) times the log2 of a power. Two powers up to (from)
 * `idle` skip the arithmetic.
 */
export function reductionFromPower(
  power: usize, frames: i32, scale: f64, threshold: f64, knee: f64, bend: f64, slope: f64, cap: f64, idle: f64,
): void {
  const quiet = f64x2.splat(scale * idle);
  const t = f64x2.splat(threshold), w = f64x2.splat(knee), h = f64x2.splat(knee * 0.5);
  const b = f64x2.splat(bend), s = f64x2.splat(slope), c = f64x2.splat(cap), half = f64x2.splat(scale);
  const end = power + (<usize>frames << 3);
  let p = power;
  while (p + 16 <= end) {
    for (; p + 16 <= end && pairQuiet(p, half, quiet); p += 16) v128.store(p, f64x2.splat(0));
    const from = p;
    for (; p + 16 <= end && !pairQuiet(p, half, quiet); p += 16) v128.store(p, logOf(v128.load(p), half));
    for (let q = from; q < p; q += 16) v128.store(q, reductionOf(v128.load(q), t, w, h, b, s, c));
  }
  if (p < end) v128.store_lane<f64>(p, reductionOf(logOf(v128.load64_splat(p), half), t, w, h, b, s, c), 0);
}

// @ts-expect-error: decorator
@inline
function pairQuiet(power: usize, half: v128, quiet: v128): bool {
  return i64x2.bitmask(f64x2.le(f64x2.mul(v128.load(power), half), quiet)) == 0b11;
}
