import { type BiquadCoefs, IDENTITY } from './biquad-design.ts';
import { tan } from './elementary.ts';

/**
 * First-order low-pass 1/(s+1) or high-pass s/(s+1) through the bilinear transform, -3.01 dB exactly at `freqHz`, as a
 * section with b2 = a2 = 0. A corner at or above Nyquist gives the identity.
 */
export function designFirstOrder(
  type: 'lowpass' | 'highpass',
  freqHz: number,
  sampleRate: number,
): BiquadCoefs {
  if (freqHz >= sampleRate / 2) return IDENTITY;
  const k = tan((Math.PI * freqHz) / sampleRate);
  const a1 = (k - 1) / (k + 1);
  if (type === 'lowpass') return { b0: k / (1 + k), b1: k / (1 + k), b2: 0, a1, a2: 0 };
  return { b0: 1 / (1 + k), b1: -1 / (1 + k), b2: 0, a1, a2: 0 };
}
