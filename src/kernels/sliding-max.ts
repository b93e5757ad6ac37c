// Sliding maximum in constant time per frame (van Herk 1992; Gil and Werman 1993). Twin: src/dsp/levels/sliding-max.ts.
//
// The stream is cut into runs of `window` frames, counted from its start. The window at frame p of a run is the
// tail of the run before, whose maximum is suffix[p + 1], and the head of this run, whose maximum is the prefix.

/** Maxima of the four values and of `carry` from the left: lane k = max(carry, v[0..k]). */
// @ts-expect-error: decorator
@inline
function scanRight(v: v128, carry: v128): v128 {
  let m = f32x4.pmax(v, v128.shuffle<f32>(v, v, 0, 0, 1, 2));
  m = f32x4.pmax(m, v128.shuffle<f32>(m, m, 0, 1, 0, 1));
  return f32x4.pmax(m, carry);
}

/** Maxima from the right: lane k = max(v[k..3], carry). */
// @ts-expect-error: decorator
@inline
function scanLeft(v: v128, carry: v128): v128 {
  let m = f32x4.pmax(v, v128.shuffle<f32>(v, v, 1, 2, 3, 3));
  m = f32x4.pmax(m, v128.shuffle<f32>(m, m, 2, 3, 2, 3));
  return f32x4.pmax(m, carry);
}

/** suffix[k] = max(run[k..window-1]) for every k; suffix[window] stays 0. */
function buildSuffix(run: usize, suffix: usize, window: i32): void {
  let carry = f32x4.splat(0);
  let k = window - 4;
  for (; k >= 0; k -= 4) {
    const at = <usize>k << 2;
    const m = scanLeft(v128.load(run + at), carry);
    v128.store(suffix + at, m);
    carry = v128.shuffle<f32>(m, m, 0, 0, 0, 0);
  }
  let top = f32x4.extract_lane(carry, 0);
  for (k += 3; k >= 0; k--) {
    const at = <usize>k << 2;
    const v = load<f32>(run + at);
    top = v > top ? v : top;
    store<f32>(suffix + at, top);
  }
}

/** y[i] = max of the last `window` values of x, all >= 0; in place when y is x. Gives the new position in the run. */
export function slidingMax(
  run: usize, suffix: usize, prefix: usize, window: i32, position: i32, x: usize, y: usize, frames: i32,
): i32 {
  let at = position;
  let top = load<f32>(prefix);
  let i = 0;
  while (i < frames) {
    const left = frames - i;
    const room = window - at;
    let n = left < room ? left : room;
    let p = x + (<usize>i << 2);
    let q = y + (<usize>i << 2);
    i += n;
    let carry = f32x4.splat(top);
    for (; n >= 4; n -= 4) {
      const v = v128.load(p);
      v128.store(run + (<usize>at << 2), v);
      const m = scanRight(v, carry);
      carry = v128.shuffle<f32>(m, m, 3, 3, 3, 3);
      v128.store(q, f32x4.pmax(m, v128.load(suffix + (<usize>(at + 1) << 2))));
      at += 4;
      p += 16;
      q += 16;
    }
    top = f32x4.extract_lane(carry, 0);
    for (; n > 0; n--) {
      const v = load<f32>(p);
      store<f32>(run + (<usize>at << 2), v);
      top = v > top ? v : top;
      const old = load<f32>(suffix + (<usize>(at + 1) << 2));
      store<f32>(q, old > top ? old : top);
      at++;
      p += 4;
      q += 4;
    }
    if (at == window) {
      buildSuffix(run, suffix, window);
      at = 0;
      top = 0;
    }
  }
  store<f32>(prefix, top);
  return at;
}
