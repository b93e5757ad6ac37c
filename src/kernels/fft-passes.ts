// The passes that make up a real FFT. Real and imaginary parts stand in arrays of their own, four points a vector.

// @ts-expect-error: decorator
@inline
export function at(base: usize, index: i32): usize {
  return base + (<usize>index << 2);
}

// @ts-expect-error: decorator
@inline
export function get(base: usize, index: i32): v128 {
  return v128.load(at(base, index));
}

// @ts-expect-error: decorator
@inline
export function put(base: usize, index: i32, value: v128): void {
  v128.store(at(base, index), value);
}

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

/** Radix-4 pass over transforms of length n that lie `stride` (a multiple of 4) apart. */
export function pass4(n: i32, stride: i32, xr: usize, xi: usize, yr: usize, yi: usize, twiddles: usize): void {
  const quarter = n >> 2;
  const far = <usize>(quarter * stride) << 2;
  const step = <usize>stride << 2;
  // The first twiddles are 1.
  for (let i: usize = 0; i < step; i += 16) {
    const ar = v128.load(xr + i);
    const ai = v128.load(xi + i);
    const br = v128.load(xr + i + far);
    const bi = v128.load(xi + i + far);
    const cr = v128.load(xr + i + 2 * far);
    const ci = v128.load(xi + i + 2 * far);
    const dr = v128.load(xr + i + 3 * far);
    const di = v128.load(xi + i + 3 * far);
    const acr = f32x4.add(ar, cr);
    const aci = f32x4.add(ai, ci);
    const bdr = f32x4.add(br, dr);
    const bdi = f32x4.add(bi, di);
    const sr = f32x4.sub(ar, cr);
    const si = f32x4.sub(ai, ci);
    const tr = f32x4.sub(br, dr);
    const ti = f32x4.sub(bi, di);
    v128.store(yr + i, f32x4.add(acr, bdr));
    v128.store(yi + i, f32x4.add(aci, bdi));
    v128.store(yr + i + step, f32x4.add(sr, ti));
    v128.store(yi + i + step, f32x4.sub(si, tr));
    v128.store(yr + i + 2 * step, f32x4.sub(acr, bdr));
    v128.store(yi + i + 2 * step, f32x4.sub(aci, bdi));
    v128.store(yr + i + 3 * step, f32x4.sub(sr, ti));
    v128.store(yi + i + 3 * step, f32x4.add(si, tr));
  }
  for (let p = 1; p < quarter; p++) {
    const w1r = v128.load32_splat(at(twiddles, p));
    const w1i = v128.load32_splat(at(twiddles, quarter + p));
    const w2r = v128.load32_splat(at(twiddles, 2 * quarter + p));
    const w2i = v128.load32_splat(at(twiddles, 3 * quarter + p));
    const w3r = v128.load32_splat(at(twiddles, 4 * quarter + p));
    const w3i = v128.load32_splat(at(twiddles, 5 * quarter + p));
    let ur = xr + <usize>p * step;
    let ui = xi + <usize>p * step;
    let vr = yr + 4 * <usize>p * step;
    let vi = yi + 4 * <usize>p * step;
    for (const end = ur + step; ur < end; ur += 16) {
      const ar = v128.load(ur);
      const ai = v128.load(ui);
      const br = v128.load(ur + far);
      const bi = v128.load(ui + far);
      const cr = v128.load(ur + 2 * far);
      const ci = v128.load(ui + 2 * far);
      const dr = v128.load(ur + 3 * far);
      const di = v128.load(ui + 3 * far);
      const acr = f32x4.add(ar, cr);
      const aci = f32x4.add(ai, ci);
      const bdr = f32x4.add(br, dr);
      const bdi = f32x4.add(bi, di);
      const sr = f32x4.sub(ar, cr);
      const si = f32x4.sub(ai, ci);
      const tr = f32x4.sub(br, dr);
      const ti = f32x4.sub(bi, di);
      const y1r = f32x4.add(sr, ti);
      const y1i = f32x4.sub(si, tr);
      const y2r = f32x4.sub(acr, bdr);
      const y2i = f32x4.sub(aci, bdi);
      const y3r = f32x4.sub(sr, ti);
      const y3i = f32x4.add(si, tr);
      v128.store(vr, f32x4.add(acr, bdr));
      v128.store(vi, f32x4.add(aci, bdi));
      v128.store(vr + step, f32x4.sub(f32x4.mul(y1r, w1r), f32x4.mul(y1i, w1i)));
      v128.store(vi + step, f32x4.add(f32x4.mul(y1r, w1i), f32x4.mul(y1i, w1r)));
      v128.store(vr + 2 * step, f32x4.sub(f32x4.mul(y2r, w2r), f32x4.mul(y2i, w2i)));
      v128.store(vi + 2 * step, f32x4.add(f32x4.mul(y2r, w2i), f32x4.mul(y2i, w2r)));
      v128.store(vr + 3 * step, f32x4.sub(f32x4.mul(y3r, w3r), f32x4.mul(y3i, w3i)));
      v128.store(vi + 3 * step, f32x4.add(f32x4.mul(y3r, w3i), f32x4.mul(y3i, w3r)));
      ui += 16;
      vr += 16;
      vi += 16;
    }
  }
}

/** Last radix-2 pass, in place: sums to the lower half, differences to the upper. */
export function pass2(m: i32, re: usize, im: usize): void {
  const half = m >> 1;
  for (let i = 0; i < half; i += 4) {
    const ar = get(re, i);
    const ai = get(im, i);
    const br = get(re, i + half);
    const bi = get(im, i + half);
    put(re, i, f32x4.add(ar, br));
    put(im, i, f32x4.add(ai, bi));
    put(re, i + half, f32x4.sub(ar, br));
    put(im, i + half, f32x4.sub(ai, bi));
  }
}

/**
 * The spectrum X[0..M] of the real input from the transform Z of its pairs:
 * X[k] = E + W^k O and X[M - k] = conj(E - W^k O), E = (Z[k] + conj Z[M-k]) / 2, O = (Z[k] - conj Z[M-k]) / 2i.
 * `cosines` and `sines` hold W^k = cos - i sin of 2 pi k / N for k = 0..M/2.
 */
export function split(m: i32, zr: usize, zi: usize, re: usize, im: usize, cosines: usize, sines: usize): void {
  const half = f32x4.splat(0.5);
  const r0 = load<f32>(zr);
  const i0 = load<f32>(zi);
  for (let k = 1; k < m >> 1; k += 4) {
    const mirror = m - k - 3;
    const ar = f32x4.mul(get(zr, k), half);
    const ai = f32x4.mul(get(zi, k), half);
    const mr = f32x4.mul(get(zr, mirror), half);
    const mi = f32x4.mul(get(zi, mirror), half);
    const br = v128.shuffle<f32>(mr, mr, 3, 2, 1, 0);
    const bi = v128.shuffle<f32>(mi, mi, 3, 2, 1, 0);
    const er = f32x4.add(ar, br);
    const ei = f32x4.sub(ai, bi);
    const or = f32x4.add(ai, bi);
    const oi = f32x4.sub(br, ar);
    const c = get(cosines, k);
    const s = get(sines, k);
    const tr = f32x4.add(f32x4.mul(c, or), f32x4.mul(s, oi));
    const ti = f32x4.sub(f32x4.mul(c, oi), f32x4.mul(s, or));
    put(re, k, f32x4.add(er, tr));
    put(im, k, f32x4.add(ei, ti));
    const xr = f32x4.sub(er, tr);
    const xi = f32x4.sub(ti, ei);
    put(re, mirror, v128.shuffle<f32>(xr, xr, 3, 2, 1, 0));
    put(im, mirror, v128.shuffle<f32>(xi, xi, 3, 2, 1, 0));
  }
  store<f32>(re, r0 + i0);
  store<f32>(im, 0);
  store<f32>(at(re, m), r0 - i0);
  store<f32>(at(im, m), 0);
}
