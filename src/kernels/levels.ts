// Level scans: four frames a vector, no state.

/** 1 when every |x| <= limit (NaN is not), else 0. Twin: the loop in src/dsp/guard.ts. */
export function allWithin(x: usize, frames: i32, limit: f32): i32 {
  const bound = f32x4.splat(limit);
  let ok = i32x4.splat(-1);
  let i = 0;
  for (; i + 4 <= frames; i += 4) {
    ok = v128.and(ok, f32x4.le(f32x4.abs(v128.load(x + (<usize>i << 2))), bound));
  }
  let all = i32x4.all_true(ok);
  for (; i < frames; i++) all = all && Mathf.abs(load<f32>(x + (<usize>i << 2))) <= limit;
  return i32(all);
}
