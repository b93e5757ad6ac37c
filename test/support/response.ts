/** Amplitude of the Fourier transform of a signal at a frequency, in double precision. */
function transformAt(
  signal: ArrayLike<number>,
  freqHz: number,
  sampleRate: number,
  weight = (_: number) => 1,
): number {
  const step = (2 * Math.PI * freqHz) / sampleRate;
  let re = 0;
  let im = 0;
  for (let i = 0; i < signal.length; i++) {
    const value = signal[i] * weight(i);
    if (value === 0) continue;
    re += value * Math.cos(step * i);
    im -= value * Math.sin(step * i);
  }
  return Math.hypot(re, im);
}

/** Gain in dB at a frequency of the filter with this impulse response. */
export const gainAt = (response: ArrayLike<number>, freqHz: number, sampleRate: number): number =>
  20 * Math.log10(transformAt(response, freqHz, sampleRate));

/**
 * Amplitude of what a signal has around a frequency, seen through a Blackman-Harris window (sidelobes at -92 dB;
 * Harris, Proc. IEEE 66(1), 1978), so that loud tones elsewhere do not leak in.
 */
export function amplitudeAt(signal: ArrayLike<number>, freqHz: number, sampleRate: number): number {
  const terms = [0.35875, -0.48829, 0.14128, -0.01168];
  const window = (i: number): number =>
    terms.reduce((sum, term, k) => sum + term * Math.cos((2 * Math.PI * k * i) / signal.length), 0);
  return (2 * transformAt(signal, freqHz, sampleRate, window)) / (terms[0] * signal.length);
}
