import { type BiquadCoefs, designBiquad } from './biquad-design.ts';
import { butterworthQs, designButterworth, type PassType } from './butterworth.ts';

/**
 * Linkwitz-Riley filter of an even order: a Butterworth filter of half the order twice, so -6.02 dB at `freqHz`
 * (S. Linkwitz, "Active Crossover Networks for Noncoincident Drivers", JAES 24(1), 1976).
 */
export function designLinkwitzRiley(
  type: PassType,
  order: number,
  freqHz: number,
  sampleRate: number,
): BiquadCoefs[] {
  const half = designButterworth(type, order / 2, freqHz, sampleRate);
  return [...half, ...half];
}

/**
 * The allpass that a Linkwitz-Riley low-pass and high-pass of order 4 or 8 sum to: with the Butterworth polynomial
 * B of half the order, (1 + s^n) / B(s)^2 = B(-s) / B(s).
 */
export function designLinkwitzRileySum(order: number, freqHz: number, sampleRate: number): BiquadCoefs[] {
  return butterworthQs(order / 2).map((q) => designBiquad('allpass', freqHz, 0, { q }, sampleRate));
}
