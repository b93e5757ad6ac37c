// The first pass of an FFT, which leaves groups of four neighbours for those behind it in fft-passes.ts.

import { at, get } from './fft-passes';

/** Four samples from index `i` on, times the window where there is one. */
// @ts-expect-error: decorator
@inline
function samples(x: usize, window: usize, i: i32, windowed: bool): v128 {
  return windowed ? f32x4.mul(get(x, i), get(window, i)) : get(x, i);
}

/**
 * First pass: reads the real input as pairs (even: real part, odd: imaginary part), writes groups of four neighbours.
 * The input are its quarters `a` to `d`, wherever they stand; with `windowed` it is their product with `window`.
 */
// @ts-expect-error: decorator
@inline
export function firstPass(
  a: usize,
  b: usize,
  c: usize,
  d: usize,
  window: usize,
  windowed: bool,
  m: i32,
  re: usize,
  im: usize,
  twiddles: usize,
): void {
  const quarter = m >> 2;
  const windowB = at(window, 2 * quarter);
  const windowC = at(window, 4 * quarter);
  const windowD = at(window, 6 * quarter);
  for (let p = 0; p < quarter; p += 4) {
    const a0 = samples(a, window, 2 * p, windowed);
    const a1 = samples(a, window, 2 * p + 4, windowed);
    const b0 = samples(b, windowB, 2 * p, windowed);
    const b1 = samples(b, windowB, 2 * p + 4, windowed);
    const c0 = samples(c, windowC, 2 * p, windowed);
    const c1 = samples(c, windowC, 2 * p + 4, windowed);
    const d0 = samples(d, windowD, 2 * p, windowed);
    const d1 = samples(d, windowD, 2 * p + 4, windowed);
    const ar = v128.shuffle<f32>(a0, a1, 0, 2, 4, 6);
    const ai = v128.shuffle<f32>(a0, a1, 1, 3, 5, 7);
    const br = v128.shuffle<f32>(b0, b1, 0, 2, 4, 6);
    const bi = v128.shuffle<f32>(b0, b1, 1, 3, 5, 7);
    const cr = v128.shuffle<f32>(c0, c1, 0, 2, 4, 6);
    const ci = v128.shuffle<f32>(c0, c1, 1, 3, 5, 7);
    const dr = v128.shuffle<f32>(d0, d1, 0, 2, 4, 6);
    const di = v128.shuffle<f32>(d0, d1, 1, 3, 5, 7);
    merge(ar, ai, br, bi, cr, ci, dr, di, m, p, at(re, 4 * p), at(im, 4 * p), twiddles);
  }
}

/** Four points of a first pass over `m` points merge, three of them turned by the twiddles of place `p`. */
// @ts-expect-error: decorator
@inline
export function merge(
  ar: v128,
  ai: v128,
  br: v128,
  bi: v128,
  cr: v128,
  ci: v128,
  dr: v128,
  di: v128,
  m: i32,
  p: i32,
  re: usize,
  im: usize,
  twiddles: usize,
): void {
  const acr = f32x4.add(ar, cr);
  const aci = f32x4.add(ai, ci);
  const bdr = f32x4.add(br, dr);
  const bdi = f32x4.add(bi, di);
  const sr = f32x4.sub(ar, cr);
  const si = f32x4.sub(ai, ci);
  const tr = f32x4.sub(br, dr);
  const ti = f32x4.sub(bi, di);
  turn(
    f32x4.add(acr, bdr),
    f32x4.add(aci, bdi),
    f32x4.add(sr, ti),
    f32x4.sub(si, tr),
    f32x4.sub(acr, bdr),
    f32x4.sub(aci, bdi),
    f32x4.sub(sr, ti),
    f32x4.add(si, tr),
    m,
    p,
    re,
    im,
    twiddles,
  );
}

/** Turns three of four merged points of a first pass and stores groups of four neighbours. */
// @ts-expect-error: decorator
@inline
export function turn(
  y0r: v128,
  y0i: v128,
  y1r: v128,
  y1i: v128,
  y2r: v128,
  y2i: v128,
  y3r: v128,
  y3i: v128,
  m: i32,
  p: i32,
  re: usize,
  im: usize,
  twiddles: usize,
): void {
  const quarter = m >> 2;
  const w1r = get(twiddles, p);
  const w1i = get(twiddles, quarter + p);
  const w2r = get(twiddles, 2 * quarter + p);
  const w2i = get(twiddles, 3 * quarter + p);
  const w3r = get(twiddles, 4 * quarter + p);
  const w3i = get(twiddles, 5 * quarter + p);
  transpose(
    re,
    y0r,
    f32x4.sub(f32x4.mul(y1r, w1r), f32x4.mul(y1i, w1i)),
    f32x4.sub(f32x4.mul(y2r, w2r), f32x4.mul(y2i, w2i)),
    f32x4.sub(f32x4.mul(y3r, w3r), f32x4.mul(y3i, w3i)),
  );
  transpose(
    im,
    y0i,
    f32x4.add(f32x4.mul(y1r, w1i), f32x4.mul(y1i, w1r)),
    f32x4.add(f32x4.mul(y2r, w2i), f32x4.mul(y2i, w2r)),
    f32x4.add(f32x4.mul(y3r, w3i), f32x4.mul(y3i, w3r)),
  );
}

/** Stores the four columns of the rows a, b, c, d one after the other. */
// @ts-expect-error: decorator
@inline
function transpose(to: usize, a: v128, b: v128, c: v128, d: v128): void {
  const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const ab1 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cd0 = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const cd1 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f32>(ab0, cd0, 0, 1, 4, 5));
  v128.store(to, v128.shuffle<f32>(ab0, cd0, 2, 3, 6, 7), 16);
  v128.store(to, v128.shuffle<f32>(ab1, cd1, 0, 1, 4, 5), 32);
  v128.store(to, v128.shuffle<f32>(ab1, cd1, 2, 3, 6, 7), 48);
}
