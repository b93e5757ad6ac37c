// Real FFT: N real points as M = N/2 complex ones, radix-4 Stockham passes (self-sorting, after Swarztrauber,
// "FFT algorithms for vector computers", 1984), one radix-2 pass when log2 M is odd, then the split into the
// real spectrum. Real and imaginary parts stand in arrays of their own, four points a vector.

// @ts-expect-error: decorator
@inline
function at(base: usize, index: i32): usize {
  return base + (<usize>index << 2);
}

// @ts-expect-error: decorator
@inline
function get(base: usize, index: i32): v128 {
  return v128.load(at(base, index));
}

// @ts-expect-error: decorator
@inline
function put(base: usize, index: i32, value: v128): void {
  v128.store(at(base, index), value);
}

/** First pass: reads the real input as pairs (even: real part, odd: imaginary part), writes groups of four neighbours. */
function firstPass(input: usize, m: i32, re: usize, im: usize, twiddles: usize): void {
  const quarter = m >> 2;
  for (let p = 0; p < quarter; p += 4) {
    const a0 = get(input, 2 * p);
    const a1 = get(input, 2 * p + 4);
    const b0 = get(input, 2 * (p + quarter));
    const b1 = get(input, 2 * (p + quarter) + 4);
    const c0 = get(input, 2 * (p + 2 * quarter));
    const c1 = get(input, 2 * (p + 2 * quarter) + 4);
    const d0 = get(input, 2 * (p + 3 * quarter));
    const d1 = get(input, 2 * (p + 3 * quarter) + 4);
    const ar = v128.shuffle<f32>(a0, a1, 0, 2, 4, 6);
    const ai = v128.shuffle<f32>(a0, a1, 1, 3, 5, 7);
    const br = v128.shuffle<f32>(b0, b1, 0, 2, 4, 6);
    const bi = v128.shuffle<f32>(b0, b1, 1, 3, 5, 7);
    const cr = v128.shuffle<f32>(c0, c1, 0, 2, 4, 6);
    const ci = v128.shuffle<f32>(c0, c1, 1, 3, 5, 7);
    const dr = v128.shuffle<f32>(d0, d1, 0, 2, 4, 6);
    const di = v128.shuffle<f32>(d0, d1, 1, 3, 5, 7);
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
    const w1r = get(twiddles, p);
    const w1i = get(twiddles, quarter + p);
    const w2r = get(twiddles, 2 * quarter + p);
    const w2i = get(twiddles, 3 * quarter + p);
    const w3r = get(twiddles, 4 * quarter + p);
    const w3i = get(twiddles, 5 * quarter + p);
    transpose(
      at(re, 4 * p),
      f32x4.add(acr, bdr),
      f32x4.sub(f32x4.mul(y1r, w1r), f32x4.mul(y1i, w1i)),
      f32x4.sub(f32x4.mul(y2r, w2r), f32x4.mul(y2i, w2i)),
      f32x4.sub(f32x4.mul(y3r, w3r), f32x4.mul(y3i, w3i)),
    );
    transpose(
      at(im, 4 * p),
      f32x4.add(aci, bdi),
      f32x4.add(f32x4.mul(y1r, w1i), f32x4.mul(y1i, w1r)),
      f32x4.add(f32x4.mul(y2r, w2i), f32x4.mul(y2i, w2r)),
      f32x4.add(f32x4.mul(y3r, w3i), f32x4.mul(y3i, w3r)),
    );
  }
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
function pass4(n: i32, stride: i32, xr: usize, xi: usize, yr: usize, yi: usize, twiddles: usize): void {
  const quarter = n >> 2;
  const far = quarter * stride;
  for (let p = 0; p < quarter; p++) {
    const w1r = v128.load32_splat(at(twiddles, p));
    const w1i = v128.load32_splat(at(twiddles, quarter + p));
    const w2r = v128.load32_splat(at(twiddles, 2 * quarter + p));
    const w2i = v128.load32_splat(at(twiddles, 3 * quarter + p));
    const w3r = v128.load32_splat(at(twiddles, 4 * quarter + p));
    const w3i = v128.load32_splat(at(twiddles, 5 * quarter + p));
    const end = (p + 1) * stride;
    for (let i = p * stride, o = 4 * p * stride; i < end; i += 4, o += 4) {
      const ar = get(xr, i);
      const ai = get(xi, i);
      const br = get(xr, i + far);
      const bi = get(xi, i + far);
      const cr = get(xr, i + 2 * far);
      const ci = get(xi, i + 2 * far);
      const dr = get(xr, i + 3 * far);
      const di = get(xi, i + 3 * far);
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
      put(yr, o, f32x4.add(acr, bdr));
      put(yi, o, f32x4.add(aci, bdi));
      put(yr, o + stride, f32x4.sub(f32x4.mul(y1r, w1r), f32x4.mul(y1i, w1i)));
      put(yi, o + stride, f32x4.add(f32x4.mul(y1r, w1i), f32x4.mul(y1i, w1r)));
      put(yr, o + 2 * stride, f32x4.sub(f32x4.mul(y2r, w2r), f32x4.mul(y2i, w2i)));
      put(yi, o + 2 * stride, f32x4.add(f32x4.mul(y2r, w2i), f32x4.mul(y2i, w2r)));
      put(yr, o + 3 * stride, f32x4.sub(f32x4.mul(y3r, w3r), f32x4.mul(y3i, w3i)));
      put(yi, o + 3 * stride, f32x4.add(f32x4.mul(y3r, w3i), f32x4.mul(y3i, w3r)));
    }
  }
}

/** Last radix-2 pass, in place: sums to the lower half, differences to the upper. */
function pass2(m: i32, re: usize, im: usize): void {
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
function split(m: i32, zr: usize, zi: usize, re: usize, im: usize, cosines: usize, sines: usize): void {
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

/**
 * Transforms `size` real points; `re` and `im` take size/2 + 1 values each, `work` holds 2 * size floats. `tables`: for each
 * radix-4 pass of length n the n/4 values of Re, Im of w^p, w^2p, w^3p (w = e^(-2 pi i / n)), then the cosines
 * and the sines for `split`. Twin: `ReferenceFft` in src/dsp/reference-fft.ts.
 */
export function realFft(size: i32, input: usize, re: usize, im: usize, work: usize, tables: usize): void {
  const m = size >> 1;
  let xr = work;
  let xi = at(work, m);
  let yr = at(work, 2 * m);
  let yi = at(work, 3 * m);
  firstPass(input, m, xr, xi, tables);
  let table = at(tables, (m >> 2) * 6);
  let n = m >> 2;
  let stride = 4;
  for (; n >= 4; n >>= 2, stride <<= 2) {
    pass4(n, stride, xr, xi, yr, yi, table);
    table = at(table, (n >> 2) * 6);
    const r = xr;
    const i = xi;
    xr = yr;
    xi = yi;
    yr = r;
    yi = i;
  }
  if (n == 2) pass2(m, xr, xi);
  split(m, xr, xi, re, im, table, at(table, (m >> 1) + 1));
}

/** The Hartley transform of a real signal from its spectrum, or back. Twin: `casSequence` in src/dsp/fft.ts. */
export function casSequence(size: i32, re: usize, im: usize, to: usize): void {
  const half = size >> 1;
  store<f32>(to, load<f32>(re) - load<f32>(im));
  for (let k = 1; k < half - 3; k += 4) {
    const r = get(re, k);
    const i = get(im, k);
    put(to, k, f32x4.sub(r, i));
    const sum = f32x4.add(r, i);
    put(to, size - k - 3, v128.shuffle<f32>(sum, sum, 3, 2, 1, 0));
  }
  for (let k = half - 3; k < half; k++) {
    store<f32>(at(to, k), load<f32>(at(re, k)) - load<f32>(at(im, k)));
    store<f32>(at(to, size - k), load<f32>(at(re, k)) + load<f32>(at(im, k)));
  }
  store<f32>(at(to, half), load<f32>(at(re, half)) + load<f32>(at(im, half)));
}
