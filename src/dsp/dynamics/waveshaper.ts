import type { Kernels } from '../kernel-memory.ts';

const { fround } = Math;

/** Ways to bend a signal towards +-1; all have slope 1 at 0, so that what is quiet passes as it is. */
export const CURVES = ['tanh', 'cubic', 'quintic', 'hard'] as const;
export type Curve = (typeof CURVES)[number];

/** Beyond it tanh is 1 in 32 bits. */
const TANH_END = 9;
/** tanh x = x P(x^2) / Q(x^2), lowest power first: own weighted least-squares fit over 0..9, P(0) = Q(0) = 1. */
const TANH_P = [1, 0.133803144, 0.0034947542, 2.05960096e-5, 1.33379476e-8].map(fround);
const TANH_Q = [1, 0.467136323, 0.0258737765, 3.28429742e-4, 7.76941476e-7].map(fround);

const clamp = (x: number, limit: number): number => Math.min(Math.max(x, -limit), limit);

/** A polynomial in 32 bits, coefficients lowest power first. */
function polynomial(coefs: readonly number[], t: number): number {
  let sum = coefs[coefs.length - 1];
  for (let n = coefs.length - 2; n >= 0; n--) sum = fround(fround(sum * t) + coefs[n]);
  return sum;
}

/** Hyperbolic tangent of a 32-bit number in 32 bits, absolute and relative error below 4e-7 (-128 dB). */
export function tanh32(x: number): number {
  const c = clamp(x, TANH_END);
  const t = fround(c * c);
  return fround(fround(c * polynomial(TANH_P, t)) / polynomial(TANH_Q, t));
}

/**
 * x - k x^n up to |x| = n / (n - 1), where it arrives at +-1 with slope 0; k = (n - 1)^(n - 1) / n^n. For n = 3 this is
 * the cubic soft clipper of J. O. Smith, "Physical Audio Signal Processing" (W3K, 2010), scaled to slope 1 and limit 1.
 */
const CUBIC = { end: 1.5, k: fround(4 / 27) };
const QUINTIC = { end: 1.25, k: fround(256 / 3125) };

function cubic(x: number): number {
  const c = clamp(x, CUBIC.end);
  return fround(c - fround(c * fround(CUBIC.k * fround(c * c))));
}

function quintic(x: number): number {
  const c = clamp(x, QUINTIC.end);
  const t = fround(c * c);
  return fround(c - fround(c * fround(QUINTIC.k * fround(t * t))));
}

const BENDS: Readonly<Record<Curve, (x: number) => number>> = {
  tanh: tanh32,
  cubic,
  quintic,
  hard: (x) => clamp(x, 1),
};

/** Bends samples along a curve, in place; up to three behind the last may be bent too. */
export function bend(kernels: Kernels | null, curve: Curve, x: Float32Array, samples: number): void {
  if (kernels) {
    if (curve === 'tanh') kernels.bendTanh(x.byteOffset, samples);
    else if (curve === 'cubic') kernels.bendCubic(x.byteOffset, samples);
    else if (curve === 'quintic') kernels.bendQuintic(x.byteOffset, samples);
    else kernels.bendHard(x.byteOffset, samples);
    return;
  }
  const f = BENDS[curve];
  for (let i = 0; i < samples; i++) x[i] = f(x[i]);
}

/** tanh x + e tanh^2 x in 32 bits: odd harmonics from the first part, even ones from the second. Rises for |e| <= 1/2. */
export function unevenTanh(x: number, e: number): number {
  const t = tanh32(x);
  return fround(t + fround(e * fround(t * t)));
}

/**
 * Bends samples along `unevenTanh`, in place, with e = start + step * (index + i); up to three behind the last may be
 * bent too.
 */
export function bendUneven(
  kernels: Kernels | null,
  x: Float32Array,
  samples: number,
  start: number,
  step: number,
  index: number,
): void {
  if (kernels) {
    kernels.bendUneven(x.byteOffset, samples, start, step, index);
    return;
  }
  const [base, slope, from] = [fround(start), fround(step), fround(index)];
  for (let i = 0; i < samples; i++) {
    x[i] = unevenTanh(x[i], fround(base + fround(slope * fround(from + i))));
  }
}
