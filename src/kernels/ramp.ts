// Values along a straight line, two frames at a time.

/** start + step * n. */
// @ts-expect-error: decorator
@inline
export function along(start: v128, step: v128, n: v128): v128 {
  return f64x2.add(start, f64x2.mul(step, n));
}

/** index and index + 1. */
// @ts-expect-error: decorator
@inline
export function counted(index: f64): v128 {
  return f64x2.replace_lane(f64x2.splat(index), 1, index + 1);
}
