// The passes of an FFT behind the first. Real and imaginary parts stand in arrays of their own, four points a vector.

/** Address of the value with an index. */
// @ts-expect-error: decorator
@inline
export function at(base: usize, index: i32): usize {
  return base + (<usize>index << 2);
}

/** The four values from an index on. */
// @ts-expect-error: decorator
@inline
export function get(base: usize, index: i32): v128 {
  return v128.load(at(base, index));
}

/** Stores four values from an index on. */
// @ts-expect-error: decorator
@inline
export function put(base: usize, index: i32, value: v128): void {
  v128.store(at(base, index), value);
}

/** Merges four points that lie `far` apart, turns three of them unless their twiddles are 1, and stores them `step` apart. */
// @ts-expect-error: decorator
@inline
function butterfly(
  xr: usize,
  xi: usize,
  far: usize,
  yr: usize,
  yi: usize,
  step: usize,
  turned: bool,
  w1r: v128,
  w1i: v128,
  w2r: v128,
  w2i: v128,
  w3r: v128,
  w3i: v128,
): void {
  const ar = v128.load(xr);
  const ai = v128.load(xi);
  const br = v128.load(xr + far);
  const bi = v128.load(xi + far);
  const cr = v128.load(xr + 2 * far);
  const ci = v128.load(xi + 2 * far);
  const dr = v128.load(xr + 3 * far);
  const di = v128.load(xi + 3 * far);
  const acr = f32x4.add(ar, cr);
  const aci = f32x4.add(ai, ci);
  const bdr = f32x4.add(br, dr);
  const bdi = f32x4.add(bi, di);
  const sr = f32x4.sub(ar, cr);
  const si = f32x4.sub(ai, ci);
  const tr = f32x4.sub(br, dr);
  const ti = f32x4.sub(bi, di);
  v128.store(yr, f32x4.add(acr, bdr));
  v128.store(yi, f32x4.add(aci, bdi));
  putTurned(yr + step, yi + step, f32x4.add(sr, ti), f32x4.sub(si, tr), turned, w1r, w1i);
  putTurned(yr + 2 * step, yi + 2 * step, f32x4.sub(acr, bdr), f32x4.sub(aci, bdi), turned, w2r, w2i);
  putTurned(yr + 3 * step, yi + 3 * step, f32x4.sub(sr, ti), f32x4.add(si, tr), turned, w3r, w3i);
}

// @ts-expect-error: decorator
@inline
function putTurned(yr: usize, yi: usize, r: v128, i: v128, turned: bool, wr: v128, wi: v128): void {
  v128.store(yr, turned ? f32x4.sub(f32x4.mul(r, wr), f32x4.mul(i, wi)) : r);
  v128.store(yi, turned ? f32x4.add(f32x4.mul(r, wi), f32x4.mul(i, wr)) : i);
}

/** Radix-4 pass over transforms of length n that lie `stride` (a multiple of 4) apart. */
export function pass4(n: i32, stride: i32, xr: usize, xi: usize, yr: usize, yi: usize, twiddles: usize): void {
  if (stride == 4) passOver(n, 16, true, xr, xi, yr, yi, twiddles);
  else passOver(n, <usize>stride << 2, false, xr, xi, yr, yi, twiddles);
}

/** The same for transforms that lie `step` bytes apart; one that is `narrow` has a single vector for each twiddle. */
// @ts-expect-error: decorator
@inline
function passOver(
  n: i32,
  step: usize,
  narrow: bool,
  xr: usize,
  xi: usize,
  yr: usize,
  yi: usize,
  twiddles: usize,
): void {
  const quarter = n >> 2;
  const far = <usize>quarter * step;
  const apart = <usize>quarter << 2;
  const one = f32x4.splat(1);
  // The first twiddles are 1.
  for (let i: usize = 0; i < step; i += 16) {
    butterfly(xr + i, xi + i, far, yr + i, yi + i, step, false, one, one, one, one, one, one);
  }
  for (let p = 1; p < quarter; p++) {
    const w1 = at(twiddles, p);
    const w2 = w1 + 2 * apart;
    const w3 = w1 + 4 * apart;
    const w1r = v128.load32_splat(w1);
    const w1i = v128.load32_splat(w1 + apart);
    const w2r = v128.load32_splat(w2);
    const w2i = v128.load32_splat(w2 + apart);
    const w3r = v128.load32_splat(w3);
    const w3i = v128.load32_splat(w3 + apart);
    const skipped = <usize>p * step;
    let ur = xr + skipped;
    let ui = xi + skipped;
    let vr = yr + 4 * skipped;
    let vi = yi + 4 * skipped;
    if (narrow) {
      butterfly(ur, ui, far, vr, vi, step, true, w1r, w1i, w2r, w2i, w3r, w3i);
      continue;
    }
    for (const end = ur + step; ur < end; ur += 16) {
      butterfly(ur, ui, far, vr, vi, step, true, w1r, w1i, w2r, w2i, w3r, w3i);
      ui += 16;
      vr += 16;
      vi += 16;
    }
  }
}

/** What the first of the last two passes leaves to the second: 16 vectors of real parts, then the imaginary ones. */
const between: usize = memory.data(512, 16);
const IMAGINARY: usize = 256;

/** Four of 16 points, a quarter of the transform apart, through the first of the last two passes; `p` is which four. */
// @ts-expect-error: decorator
@inline
function mergeColumn(re: usize, im: usize, quarter: usize, twiddles: usize, p: usize): void {
  const from = p * (quarter >> 2);
  const to = between + (p << 6);
  const w = twiddles + (p << 2);
  butterfly(
    re + from,
    im + from,
    quarter,
    to,
    to + IMAGINARY,
    16,
    p > 0,
    v128.load32_splat(w),
    v128.load32_splat(w, 16),
    v128.load32_splat(w, 32),
    v128.load32_splat(w, 48),
    v128.load32_splat(w, 64),
    v128.load32_splat(w, 80),
  );
}

/** One point of each of those fours through the last pass, to where the 16 came from; `k` is which one. */
// @ts-expect-error: decorator
@inline
function mergeRow(re: usize, im: usize, quarter: usize, k: usize): void {
  const from = between + (k << 4);
  const to = k * (quarter >> 2);
  const one = f32x4.splat(1);
  butterfly(from, from + IMAGINARY, 64, re + to, im + to, quarter, false, one, one, one, one, one, one);
}

/**
 * The last two radix-4 passes over m points in one, in place, 16 points at a time: between the two they stay where they are
 * read at once. `twiddles` are those of the first. Written out, as a loop over the fours takes 4 % of a transform more.
 */
export function lastPasses(m: i32, re: usize, im: usize, twiddles: usize): void {
  const quarter = <usize>m;
  const apart = im - re;
  for (let at = re, end = re + (quarter >> 2); at < end; at += 16) {
    mergeColumn(at, at + apart, quarter, twiddles, 0);
    mergeColumn(at, at + apart, quarter, twiddles, 1);
    mergeColumn(at, at + apart, quarter, twiddles, 2);
    mergeColumn(at, at + apart, quarter, twiddles, 3);
    mergeRow(at, at + apart, quarter, 0);
    mergeRow(at, at + apart, quarter, 1);
    mergeRow(at, at + apart, quarter, 2);
    mergeRow(at, at + apart, quarter, 3);
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
