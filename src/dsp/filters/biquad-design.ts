import { cos, exp, pow, sin } from '../elementary.ts';

/** A normalised second-order section: H(z) = (b0 + b1/z + b2/z^2) / (1 + a1/z + a2/z^2). */
export interface BiquadCoefs {
  readonly b0: number;
  readonly b1: number;
  readonly b2: number;
  readonly a1: number;
  readonly a2: number;
}

/** What a section does to its band. */
export type BiquadType =
  | 'peaking'
  | 'lowshelf'
  | 'highshelf'
  | 'highpass'
  | 'lowpass'
  | 'bandpass'
  | 'notch'
  | 'allpass';

/** How wide: `q`; `bandwidthOctaves` between half-gain points (RBJ's BW); or `slopeDbPerOctave` of a shelf, at most 12. */
export type BiquadWidth =
  | { readonly q: number }
  | { readonly bandwidthOctaves: number }
  | { readonly slopeDbPerOctave: number };

/** A section that passes everything. */
export const IDENTITY: BiquadCoefs = { b0: 1, b1: 0, b2: 0, a1: 0, a2: 0 };

const HALF_LN_2 = 0.34657359027997264;

/**
 * RBJ's alpha. The cookbook's shelf slope S is proportional to dB/octave; here S = slope / 12, the usual reading: 12 is
 * the steepest slope without overshoot, which only shelves of large gain reach in full.
 */
function alphaOf(width: BiquadWidth, w0: number, amplitude: number): number {
  const s = sin(w0);
  if ('q' in width) return s / (2 * width.q);
  if ('bandwidthOctaves' in width) {
    // Near Nyquist the formula asks for edges beyond it and grows without bound; sinh is held at sinh(3) = 10.
    const x = Math.min((HALF_LN_2 * width.bandwidthOctaves * w0) / s, 3);
    return (s * (exp(x) - exp(-x))) / 2;
  }
  const shelf = width.slopeDbPerOctave / 12;
  return (s / 2) * Math.sqrt((amplitude + 1 / amplitude) * (1 / shelf - 1) + 2);
}

const normalised = (b0: number, b1: number, b2: number, a0: number, a1: number, a2: number): BiquadCoefs => ({
  b0: b0 / a0,
  b1: b1 / a0,
  b2: b2 / a0,
  a1: a1 / a0,
  a2: a2 / a0,
});

/**
 * Second-order sections of Robert Bristow-Johnson, "Cookbook formulae for audio EQ biquad filter coefficients"
 * (W3C Audio EQ Cookbook). `bandpass` has a peak gain of 0 dB. By rule, a corner at or above Nyquist gives the
 * identity, whatever the type.
 */
export function designBiquad(
  type: BiquadType,
  freqHz: number,
  gainDb: number,
  width: BiquadWidth,
  sampleRate: number,
): BiquadCoefs {
  if (freqHz >= sampleRate / 2) return IDENTITY;
  const w0 = (2 * Math.PI * freqHz) / sampleRate;
  const a = pow(10, gainDb / 40);
  const c = cos(w0);
  const alpha = alphaOf(width, w0, a);
  const beta = 2 * Math.sqrt(a) * alpha;
  switch (type) {
    case 'peaking':
      return normalised(1 + alpha * a, -2 * c, 1 - alpha * a, 1 + alpha / a, -2 * c, 1 - alpha / a);
    case 'lowshelf':
      return normalised(
        a * (a + 1 - (a - 1) * c + beta),
        2 * a * (a - 1 - (a + 1) * c),
        a * (a + 1 - (a - 1) * c - beta),
        a + 1 + (a - 1) * c + beta,
        -2 * (a - 1 + (a + 1) * c),
        a + 1 + (a - 1) * c - beta,
      );
    case 'highshelf':
      return normalised(
        a * (a + 1 + (a - 1) * c + beta),
        -2 * a * (a - 1 + (a + 1) * c),
        a * (a + 1 + (a - 1) * c - beta),
        a + 1 - (a - 1) * c + beta,
        2 * (a - 1 - (a + 1) * c),
        a + 1 - (a - 1) * c - beta,
      );
    case 'highpass':
      return normalised((1 + c) / 2, -(1 + c), (1 + c) / 2, 1 + alpha, -2 * c, 1 - alpha);
    case 'lowpass':
      return normalised((1 - c) / 2, 1 - c, (1 - c) / 2, 1 + alpha, -2 * c, 1 - alpha);
    case 'bandpass':
      return normalised(alpha, 0, -alpha, 1 + alpha, -2 * c, 1 - alpha);
    case 'notch':
      return normalised(1, -2 * c, 1, 1 + alpha, -2 * c, 1 - alpha);
    case 'allpass':
      return normalised(1 - alpha, -2 * c, 1 + alpha, 1 + alpha, -2 * c, 1 - alpha);
  }
}
