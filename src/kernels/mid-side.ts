// Sum and difference of two channels. Twin: src/dsp/gain/mid-side.ts.

/** left[i], right[i] become (left + right) scale, (left - right) scale, in f32. */
export function sumAndDifference(left: usize, right: usize, frames: i32, scale: f32): void {
  const s = f32x4.splat(scale);
  let i = 0;
  for (; i + 4 <= frames; i += 4) {
    const at = <usize>i << 2;
    const l = v128.load(left + at);
    const r = v128.load(right + at);
    v128.store(left + at, f32x4.mul(f32x4.add(l, r), s));
    v128.store(right + at, f32x4.mul(f32x4.sub(l, r), s));
  }
  for (; i < frames; i++) {
    const at = <usize>i << 2;
    const l = load<f32>(left + at);
    const r = load<f32>(right + at);
    store<f32>(left + at, (l + r) * scale);
    store<f32>(right + at, (l - r) * scale);
  }
}
