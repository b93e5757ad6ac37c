// Curves that bend each sample by itself, four at a time; up to three samples behind the last are bent too.
// Twins with the same operations in the same order: src/dsp/dynamics/waveshaper.ts.

// @ts-expect-error: decorator
@inline
function clamp(x: v128, limit: f32): v128 {
  return f32x4.pmin(f32x4.pmax(x, f32x4.splat(-limit)), f32x4.splat(limit));
}

// @ts-expect-error: decorator
@inline
function tanhx4(x: v128): v128 {
  const c = clamp(x, 9);
  const t = f32x4.mul(c, c);
  const one = f32x4.splat(1);
  let p = f32x4.splat(1.33379476e-8);
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(2.05960096e-5));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(0.0034947542));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(0.133803144));
  p = f32x4.add(f32x4.mul(p, t), one);
  let q = f32x4.splat(7.76941476e-7);
  q = f32x4.add(f32x4.mul(q, t), f32x4.splat(3.28429742e-4));
  q = f32x4.add(f32x4.mul(q, t), f32x4.splat(0.0258737765));
  q = f32x4.add(f32x4.mul(q, t), f32x4.splat(0.467136323));
  q = f32x4.add(f32x4.mul(q, t), one);
  return f32x4.div(f32x4.mul(c, p), q);
}

/** tanh x, in place. */
export function bendTanh(x: usize, samples: i32): void {
  const end = x + (<usize>samples << 2);
  for (let p = x; p < end; p += 16) v128.store(p, tanhx4(v128.load(p)));
}

/** c - 4 c^3 / 27, c being x held to -1.5..1.5, in place. */
export function bendCubic(x: usize, samples: i32): void {
  const end = x + (<usize>samples << 2);
  const k = f32x4.splat(<f32>(4.0 / 27.0));
  for (let p = x; p < end; p += 16) {
    const c = clamp(v128.load(p), 1.5);
    v128.store(p, f32x4.sub(c, f32x4.mul(c, f32x4.mul(k, f32x4.mul(c, c)))));
  }
}

/** c - 256 c^5 / 3125, c being x held to -1.25..1.25, in place. */
export function bendQuintic(x: usize, samples: i32): void {
  const end = x + (<usize>samples << 2);
  const k = f32x4.splat(<f32>(256.0 / 3125.0));
  for (let p = x; p < end; p += 16) {
    const c = clamp(v128.load(p), 1.25);
    const t = f32x4.mul(c, c);
    v128.store(p, f32x4.sub(c, f32x4.mul(c, f32x4.mul(k, f32x4.mul(t, t)))));
  }
}

/** x held to -1..1, in place. */
export function bendHard(x: usize, samples: i32): void {
  const end = x + (<usize>samples << 2);
  for (let p = x; p < end; p += 16) v128.store(p, clamp(v128.load(p), 1));
}

/** tanh x + e tanh^2 x with e = start + step * (index + i). */
export function bendUneven(x: usize, samples: i32, start: f32, step: f32, index: f32): void {
  const end = x + (<usize>samples << 2);
  const base = f32x4.splat(start), slope = f32x4.splat(step), four = f32x4.splat(4);
  let n = f32x4.add(f32x4.splat(index), f32x4(0, 1, 2, 3));
  for (let p = x; p < end; p += 16) {
    const t = tanhx4(v128.load(p));
    const e = f32x4.add(base, f32x4.mul(slope, n));
    v128.store(p, f32x4.add(t, f32x4.mul(e, f32x4.mul(t, t))));
    n = f32x4.add(n, four);
  }
}
