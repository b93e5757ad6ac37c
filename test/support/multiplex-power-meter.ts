import type { Signal } from './signals.ts';

/** Power of a sine of 19 kHz deviation in kHz^2: 0 dBr (Rec. ITU-R BS.412-9, 2.3). */
export const REFERENCE = 19 ** 2 / 2;
/** What 0 dBFS deviates beside a pilot of 6.75 kHz and an RDS of 2 kHz, and the power of these two in kHz^2. */
export const AUDIO_KHZ = 75 - 6.75 - 2;
export const CARRIERS = (6.75 ** 2 + 2 ** 2) / 2;

/** The largest power in dBr over any 60 s, from frame to frame, of the default pilot and RDS and this audio. */
export function largestPower([left, right = left]: Signal, rate: number): number {
  const sums = new Float64Array(left.length + 1);
  for (let i = 0; i < left.length; i++) {
    const [mid, side] = [(left[i] + right[i]) / 2, (left[i] - right[i]) / 2];
    sums[i + 1] = sums[i] + mid * mid + (side * side) / 2;
  }
  let most = 0;
  for (let end = 0; end <= left.length; end++) {
    most = Math.max(most, sums[end] - sums[Math.max(0, end - 60 * rate)]);
  }
  return 10 * Math.log10(((most / (60 * rate)) * AUDIO_KHZ ** 2 + CARRIERS) / REFERENCE);
}
