// Half-band filters that double or halve a sample rate, in 32 bits. Twin: src/dsp/rate/half-band.ts.
//
// A filter has `pairs` coefficients, outermost first; each weighs the sum of two samples as far from the middle. Sixteen
// results are formed at a time, also behind the last frame: buffers have room for 16 frames more than they hold.

const sixteen: usize = memory.data(64, 16);

/** Sixteen interpolated samples: sum over j of coefs[j] * (old[n + j] + young[n - j]). */
// @ts-expect-error: decorator
@inline
function interpolate(old: usize, young: usize, coefs: usize, end: usize): void {
  let a = f32x4.splat(0), b = a, c = a, d = a;
  for (let k = coefs; k < end; k += 4) {
    const g = v128.load32_splat(k);
    a = f32x4.add(a, f32x4.mul(g, f32x4.add(v128.load(old), v128.load(young))));
    b = f32x4.add(b, f32x4.mul(g, f32x4.add(v128.load(old, 16), v128.load(young, 16))));
    c = f32x4.add(c, f32x4.mul(g, f32x4.add(v128.load(old, 32), v128.load(young, 32))));
    d = f32x4.add(d, f32x4.mul(g, f32x4.add(v128.load(old, 48), v128.load(young, 48))));
    old += 4;
    young -= 4;
  }
  v128.store(sixteen, a);
  v128.store(sixteen, b, 16);
  v128.store(sixteen, c, 32);
  v128.store(sixteen, d, 48);
}

/** y[2n], y[2n + 1] from x; in front of x there is room for what came before it, which is in `tail`. */
export function halfBandUp(x: usize, tail: usize, coefs: usize, pairs: i32, y: usize, frames: i32): void {
  const history = <usize>(2 * pairs - 1) << 2;
  const end = coefs + (<usize>pairs << 2);
  const start = x - history;
  memory.copy(start, tail, history);
  let out = y;
  for (let n = 0; n < frames; n += 16) {
    const at = start + (<usize>n << 2);
    interpolate(at, at + history, coefs, end);
    const middle = at + (<usize>pairs << 2);
    for (let q: usize = 0; q < 64; q += 16) {
      const between = v128.load(sixteen + q);
      const given = v128.load(middle + q);
      v128.store(out, v128.shuffle<f32>(between, given, 0, 4, 1, 5));
      v128.store(out, v128.shuffle<f32>(between, given, 2, 6, 3, 7), 16);
      out += 32;
    }
  }
  memory.copy(tail, start + (<usize>frames << 2), history);
}

/** x[n] from y[2n], y[2n + 1], which pass through `even` and `odd`; in front of those there is room for their tails. */
export function halfBandDown(
  y: usize, tail: usize, coefs: usize, pairs: i32, even: usize, odd: usize, x: usize, frames: i32,
): void {
  const evenHistory = <usize>(2 * pairs - 1) << 2;
  const oddHistory = <usize>pairs << 2;
  const end = coefs + oddHistory;
  const evenStart = even - evenHistory;
  const oddStart = odd - oddHistory;
  memory.copy(evenStart, tail, evenHistory);
  memory.copy(oddStart, tail + evenHistory, oddHistory);
  for (let n = 0; n < frames; n += 4) {
    const at = <usize>n << 2;
    const a = v128.load(y + 2 * at);
    const b = v128.load(y + 2 * at, 16);
    v128.store(even + at, v128.shuffle<f32>(a, b, 0, 2, 4, 6));
    v128.store(odd + at, v128.shuffle<f32>(a, b, 1, 3, 5, 7));
  }
  const half = f32x4.splat(0.5);
  for (let n = 0; n < frames; n += 16) {
    const at = <usize>n << 2;
    interpolate(evenStart + at, even + at, coefs, end);
    for (let q: usize = 0; q < 64; q += 16) {
      const sum = f32x4.add(v128.load(oddStart + at + q), v128.load(sixteen + q));
      v128.store(x + at + q, f32x4.mul(half, sum));
    }
  }
  memory.copy(tail, evenStart + (<usize>frames << 2), evenHistory);
  memory.copy(tail + evenHistory, oddStart + (<usize>frames << 2), oddHistory);
}
