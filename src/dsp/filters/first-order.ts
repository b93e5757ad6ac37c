import { dbToGain, tan } from '../elementary.ts';
import { type BiquadCoefs, IDENTITY } from './biquad-design.ts';

/**
 * H(s) = (n1 s + n0) / (d1 s + d0), s = 1j at `freqHz` exactly, through the bilinear transform, as a section with
 * b2 = a2 = 0. A corner at or above Nyquist gives the identity.
 */
function bilinear(
  [n1, n0]: readonly [number, number],
  [d1, d0]: readonly [number, number],
  freqHz: number,
  sampleRate: number,
): BiquadCoefs {
  if (freqHz >= sampleRate / 2) return IDENTITY;
  const k = tan((Math.PI * freqHz) / sampleRate);
  const a0 = d1 + d0 * k;
  return { b0: (n1 + n0 * k) / a0, b1: (n0 * k - n1) / a0, b2: 0, a1: (d0 * k - d1) / a0, a2: 0 };
}

/** First-order low-pass 1 / (s + 1) or high-pass s / (s + 1), -3.01 dB at `freqHz`. */
export function designFirstOrder(
  type: 'lowpass' | 'highpass',
  freqHz: number,
  sampleRate: number,
): BiquadCoefs {
  return bilinear(type === 'lowpass' ? [0, 1] : [1, 0], [1, 1], freqHz, sampleRate);
}

/**
 * First-order tilt (g s + 1) / (s + g), g = 10^(gainDb / 20): `-gainDb` at 0 Hz, 0 dB at `freqHz`, `gainDb` at Nyquist;
 * along the logarithm of frequency it is point-symmetric, and the tilt of the opposite gain is its inverse.
 */
export function designTilt(freqHz: number, gainDb: number, sampleRate: number): BiquadCoefs {
  const g = dbToGain(gainDb);
  return bilinear([g, 1], [1, g], freqHz, sampleRate);
}
