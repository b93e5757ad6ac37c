// log2 and 2^x, two at a time. Twins with the same operations in the same order: src/dsp/log-domain.ts.

/**
 * log2 of positive normal values, absolute error below 1.1e-9: x = m 2^k with m in [sqrt 1/2, sqrt 2) and
 * log2 m = 2 / ln 2 * atanh(s), s = (m - 1) / (m + 1), by the first five terms of the series of atanh.
 */
// @ts-expect-error: decorator
@inline
export function log2x2(x: v128): v128 {
  const rootHalf: i64 = 0x3fe6a09e667f3bcd;
  const bias: i64 = 1023 << 52;
  // Counting from sqrt 1/2 instead of 1 moves the exponent's step there.
  const shifted = i64x2.add(x, i64x2.splat(bias - rootHalf));
  const exponent = i64x2.shr_u(shifted, 52);
  const m = i64x2.add(v128.and(shifted, i64x2.splat((1 << 52) - 1)), i64x2.splat(rootHalf));
  // 2^52 + exponent as a double, less the 2^52 and the bias.
  const k = f64x2.sub(v128.or(exponent, i64x2.splat(0x4330000000000000)), f64x2.splat(4503599627371519.0));
  const one = f64x2.splat(1);
  const s = f64x2.div(f64x2.sub(m, one), f64x2.add(m, one));
  const t = f64x2.mul(s, s);
  let p = f64x2.splat(0.32059889797968966);
  p = f64x2.add(f64x2.mul(p, t), f64x2.splat(0.4121985831167439));
  p = f64x2.add(f64x2.mul(p, t), f64x2.splat(0.5770780163634015));
  p = f64x2.add(f64x2.mul(p, t), f64x2.splat(0.9617966939390024));
  p = f64x2.add(f64x2.mul(p, t), f64x2.splat(2.8853900817779268));
  return f64x2.add(k, f64x2.mul(p, s));
}

/** 2^x for |x| < 1000, relative error below 7.4e-9, exactly 1 at 0: x = k + r, |r| <= 1/2, and Taylor's series to r^7. */
// @ts-expect-error: decorator
@inline
export function exp2x2(x: v128): v128 {
  const magic = f64x2.splat(6755399441055744.0); // 1.5 * 2^52: adding it rounds to an integer
  const rounded = f64x2.add(x, magic);
  const r = f64x2.sub(x, f64x2.sub(rounded, magic));
  let p = f64x2.splat(1.525273380405984e-5);
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.5403530393381609e-4));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.3333558146428443e-3));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(9.618129107628477e-3));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(5.550410866482158e-2));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(0.24022650695910072));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(0.6931471805599453));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1));
  // The integer stands in the low bits of `rounded`; shifted into the exponent it multiplies by 2^k.
  return i64x2.add(p, i64x2.shl(rounded, 52));
}
