import { cos, exp, pow, sin } from '../elementary.ts';
import {
  type BiquadCoefs,
  type BiquadType,
  type BiquadWidth,
  designBiquad,
  IDENTITY,
} from './biquad-design.ts';

/** Weights of |polynomial|^2 on the basis below. */
type Weights = readonly [number, number, number];

/** Vicanek's basis of |c0 + c1/z + c2/z^2|^2 at w radians a frame: p0 = cos^2(w/2), p1 = sin^2(w/2), p2 = 4 p0 p1. */
function basis(w: number): Weights {
  const s = sin(w / 2);
  const p1 = s * s;
  return [1 - p1, p1, 4 * (1 - p1) * p1];
}

const dot = (a: Weights, b: Weights): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

/** A denominator 1 + a1/z + a2/z^2, and the weights of its power. */
export interface Poles {
  readonly a1: number;
  readonly a2: number;
  readonly weights: Weights;
}

/** Poles of s^2 + 2 damping w0 s + w0^2, `w0` in radians a frame, by impulse invariance: z = e^s. */
function matchedPoles(w0: number, damping: number): Poles {
  const sigma = damping * w0;
  const root = Math.sqrt(Math.abs(1 - damping * damping)) * w0;
  const a1 = damping <= 1 ? -2 * exp(-sigma) * cos(root) : -exp(root - sigma) - exp(-root - sigma);
  const a2 = exp(-2 * sigma);
  const [dc, nyquist] = [1 + a1 + a2, 1 - a1 + a2];
  return { a1, a2, weights: [dc * dc, nyquist * nyquist, -4 * a2] };
}

/**
 * The minimum-phase numerator with these weights, over the poles. Its zeros ring no longer than the poles, as in every
 * prototype here, so that the inverse is stable too.
 */
export function section({ a1, a2 }: Poles, [B0, B1, B2]: Weights): BiquadCoefs {
  const [dc, nyquist] = [Math.sqrt(B0), Math.sqrt(Math.max(0, B1))];
  const sum = (dc + nyquist) / 2;
  const spread = Math.max(Math.sqrt(Math.max(0, sum * sum + B2)), (sum * (1 - a2)) / (1 + a2));
  return { b0: (sum + spread) / 2, b1: (dc - nyquist) / 2, b2: (sum - spread) / 2, a1, a2 };
}

const scaled = ({ b0, b1, b2, a1, a2 }: BiquadCoefs, gain: number): BiquadCoefs => ({
  b0: gain * b0,
  b1: gain * b1,
  b2: gain * b2,
  a1,
  a2,
});

/** What undoes a section whose zeros lie within the unit circle. */
export const inverse = ({ b0, b1, b2, a1, a2 }: BiquadCoefs): BiquadCoefs => ({
  b0: 1 / b0,
  b1: a1 / b0,
  b2: a2 / b0,
  a1: b1 / b0,
  a2: b2 / b0,
});

/** Q of the analogue prototype: the Cookbook's definitions without its warping to the sample rate. */
function qOf(width: BiquadWidth, a: number): number {
  if ('q' in width) return width.q;
  if ('bandwidthOctaves' in width) {
    const x = (Math.LN2 / 2) * width.bandwidthOctaves;
    return 1 / (exp(x) - exp(-x));
  }
  return 1 / Math.sqrt((a + 1 / a) * (12 / width.slopeDbPerOctave - 1) + 2);
}

/** Where magnitudes are matched beside 0 Hz and the centre, as shares of Nyquist: the second for centres near the first. */
const THIRD_MATCH = 0.75;
const THIRD_MATCH_BELOW = 0.6;
const NEAR_THIRD = 0.73;

/**
 * The numerator with the prototype's magnitude at 0 Hz, at the centre and at a third frequency; `power` is |H|^2 at s = jx.
 * Vicanek's third condition is the slope at the centre; a third frequency holds the upper skirt closer (a bell of +6 dB
 * within 0.35 dB instead of 0.57) and serves shelves as well. Where no real numerator does it, as for a sharp
 * shelf near Nyquist, the third is Nyquist, where there always is one.
 */
function matchThree(poles: Poles, w0: number, power: (x: number) => number): BiquadCoefs {
  const B0 = poles.weights[0] * power(0);
  const condition = (w: number): Weights => {
    const [p0, p1, p2] = basis(w);
    return [p1, p2, dot(poles.weights, [p0, p1, p2]) * power(w / w0) - B0 * p0];
  };
  const [u1, u2, y] = condition(w0);
  const solve = (third: number): Weights => {
    const [v1, v2, z] = condition(third);
    const determinant = u1 * v2 - u2 * v1;
    return [B0, (y * v2 - u2 * z) / determinant, (u1 * z - y * v1) / determinant];
  };
  const weights = solve(Math.PI * (w0 < NEAR_THIRD * Math.PI ? THIRD_MATCH : THIRD_MATCH_BELOW));
  return section(poles, weights[1] > 0 ? weights : solve(Math.PI));
}

/** |n(jx) / d(jx)|^2 for a numerator and a denominator c2 s^2 + c1 s + c0, given as [c2, c1, c0]. */
function powerRatio(n: Weights, d: Weights, x: number): number {
  const power = ([c2, c1, c0]: Weights): number => {
    const [re, im] = [c0 - c2 * x * x, c1 * x];
    return re * re + im * im;
  };
  return power(n) / power(d);
}

/** A boost by a^2, a > 1. */
function bell(w0: number, a: number, q: number): BiquadCoefs {
  const poles = matchedPoles(w0, 1 / (2 * a * q));
  return matchThree(poles, w0, (x) => powerRatio([1, a / q, 1], [1, 1 / (a * q), 1], x));
}

/** A boost of the lows by a^2, a > 1: its poles lie below the corner, where they are matched best. */
function lowShelf(w0: number, a: number, q: number): BiquadCoefs {
  const poles = matchedPoles(w0 / Math.sqrt(a), 1 / (2 * q));
  const slope = Math.sqrt(a) / q;
  return matchThree(poles, w0, (x) => powerRatio([a, a * slope, a * a], [a, slope, 1], x));
}

/** Vicanek's passes: |H| at the centre is the prototype's, and its limit at 0 Hz. */
function pass(type: 'lowpass' | 'highpass' | 'bandpass', w0: number, q: number): BiquadCoefs {
  const poles = matchedPoles(w0, 1 / (2 * q));
  const { weights } = poles;
  const at = basis(w0);
  const [p0, p1] = at;
  const power = dot(weights, at);
  if (type === 'lowpass') return section(poles, [weights[0], (power * q * q - weights[0] * p0) / p1, 0]);
  const { a1, a2 } = poles;
  if (type === 'highpass') {
    const b0 = (q * Math.sqrt(power)) / (4 * p1);
    return { b0, b1: -2 * b0, b2: b0, a1, a2 };
  }
  const slope = weights[1] - weights[0] + 4 * (p0 - p1) * weights[2];
  const B2 = (power - slope * p1) / (4 * p1 * p1);
  const B1 = slope + 4 * (p1 - p0) * B2;
  const b1 = -Math.sqrt(Math.max(0, B1)) / 2;
  const b0 = (Math.sqrt(Math.max(0, B2 + b1 * b1)) - b1) / 2;
  return { b0, b1, b2: -b0 - b1, a1, a2 };
}

/**
 * Second-order sections that follow their analogue prototypes up to 0.9 Nyquist instead of being cramped below it
 * (M. Vicanek, "Matched Second Order Digital Filters", 2016). A cut is the exact inverse of the boost. Notch and allpass have
 * no better form than RBJ's and are that. A corner at or above Nyquist gives the identity.
 */
export function designMatched(
  type: BiquadType,
  freqHz: number,
  gainDb: number,
  width: BiquadWidth,
  sampleRate: number,
): BiquadCoefs {
  if (freqHz >= sampleRate / 2) return IDENTITY;
  const w0 = (2 * Math.PI * freqHz) / sampleRate;
  const a = pow(10, Math.abs(gainDb) / 40);
  const q = qOf(width, a);
  const boosts = gainDb >= 0;
  switch (type) {
    case 'peaking':
      return boosts ? bell(w0, a, q) : inverse(bell(w0, a, q));
    case 'lowshelf':
      return boosts ? lowShelf(w0, a, q) : inverse(lowShelf(w0, a, q));
    case 'highshelf': {
      // What a low shelf lifts, less the lift everywhere: the highs cut.
      const cut = scaled(lowShelf(w0, a, q), 1 / (a * a));
      return boosts ? inverse(cut) : cut;
    }
    case 'lowpass':
    case 'highpass':
    case 'bandpass':
      return pass(type, w0, q);
    case 'notch':
    case 'allpass':
      return designBiquad(type, freqHz, 0, width, sampleRate);
  }
}
