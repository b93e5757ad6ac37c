// What stands around the FFT. Twins: the functions of the same names in src/dsp/spectrum.ts and src/dsp/fft.ts.

/** to[i] = x[i], or 0 where |x[i]| is not within `limit` (NaN is not). */
export function copyValid(x: usize, frames: i32, limit: f32, to: usize): void {
  const limits = f32x4.splat(limit);
  let i = 0;
  for (; i + 4 <= frames; i += 4) {
    const value = v128.load(x + (<usize>i << 2));
    v128.store(to + (<usize>i << 2), v128.and(value, f32x4.le(f32x4.abs(value), limits)));
  }
  for (; i < frames; i++) {
    const value = load<f32>(x + (<usize>i << 2));
    store<f32>(to + (<usize>i << 2), Mathf.abs(value) <= limit ? value : 0);
  }
}

/** to[i] = x[i] * window[i]; `frames` is a multiple of 4. */
export function applyWindow(x: usize, window: usize, frames: i32, to: usize): void {
  for (let at: usize = 0; at < <usize>frames << 2; at += 16) {
    v128.store(to + at, f32x4.mul(v128.load(x + at), v128.load(window + at)));
  }
}

/** sum[k] += re[k]^2 + im[k]^2 in double precision. */
export function addPower(re: usize, im: usize, bins: i32, sum: usize): void {
  let k = 0;
  for (; k + 2 <= bins; k += 2) {
    const r = f64x2.promote_low_f32x4(v128.load64_zero(re + (<usize>k << 2)));
    const i = f64x2.promote_low_f32x4(v128.load64_zero(im + (<usize>k << 2)));
    const to = sum + (<usize>k << 3);
    v128.store(to, f64x2.add(v128.load(to), f64x2.add(f64x2.mul(r, r), f64x2.mul(i, i))));
  }
  for (; k < bins; k++) {
    const r = <f64>load<f32>(re + (<usize>k << 2));
    const i = <f64>load<f32>(im + (<usize>k << 2));
    const to = sum + (<usize>k << 3);
    store<f64>(to, load<f64>(to) + (r * r + i * i));
  }
}

/** to[k] = sum over rows of factors[row] * rows[row][k], first row first; `length` is a multiple of 4. Twin: BandResponse. */
export function sumRows(rows: usize, factors: usize, count: i32, length: i32, to: usize): void {
  const stride = <usize>length << 2;
  for (let at: usize = 0; at < stride; at += 16) {
    let sum = f32x4.splat(0);
    for (let row = 0; row < count; row++) {
      const factor = v128.load32_splat(factors + (<usize>row << 2));
      sum = f32x4.add(sum, f32x4.mul(factor, v128.load(rows + <usize>row * stride + at)));
    }
    v128.store(to + at, sum);
  }
}
