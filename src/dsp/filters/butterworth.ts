import { sin } from '../elementary.ts';
import { type BiquadCoefs, designBiquad } from './biquad-design.ts';
import { designFirstOrder } from './first-order.ts';

/** Which side of the corner passes. */
export type PassType = 'lowpass' | 'highpass';

/**
 * Quality factors of the pairs of poles of a Butterworth filter, sharpest last: the poles stand on a circle at equal
 * angles, so Q = 1 / (2 sin((2k + 1) pi / 2n)) (Butterworth, "On the Theory of Filter Amplifiers", 1930).
 */
export function butterworthQs(order: number): number[] {
  const pairs = Math.floor(order / 2);
  return Array.from({ length: pairs }, (_, n) => {
    const k = pairs - 1 - n;
    return 1 / (2 * sin(((2 * k + 1) * Math.PI) / (2 * order)));
  });
}

/** Sections that a filter of that order takes: one a pair of poles, and one for the odd pole. */
export const sectionsOf = (order: number): number => Math.ceil(order / 2);

/**
 * Butterworth filter of order 1 and up, -3.01 dB at `freqHz` exactly, through the bilinear transform with its corner
 * prewarped. A corner at or above Nyquist gives identities.
 */
export function designButterworth(
  type: PassType,
  order: number,
  freqHz: number,
  sampleRate: number,
): BiquadCoefs[] {
  const pairs = butterworthQs(order).map((q) => designBiquad(type, freqHz, 0, { q }, sampleRate));
  return order % 2 === 0 ? pairs : [designFirstOrder(type, freqHz, sampleRate), ...pairs];
}
