// Two frames of f32 at a time, computed in 64 bits and rounded once.

/** Frames x[0] and x[1] in 64 bits. */
// @ts-expect-error: decorator
@inline
export function pair(x: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(x));
}

/** x[0] and x[1] become both values, rounded. */
// @ts-expect-error: decorator
@inline
export function putPair(x: usize, values: v128): void {
  v128.store_lane<f64>(x, f32x4.demote_f64x2_zero(values), 0);
}
