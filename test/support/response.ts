/** Frames after which the phasor of a transform is taken from cos and sin again: its error stays below 1e-13. */
const REFRESH = 512;

/** Frames up to the last that is not 0: what decays has more zeros behind it than anything else. */
function extent(signal: ArrayLike<number>): number {
  let end = signal.length;
  while (end > 0 && signal[end - 1] === 0) end--;
  return end;
}

/** Amplitude of the Fourier transform of a signal at a frequency, in double precision. */
function transformAt(signal: ArrayLike<number>, freqHz: number, sampleRate: number): number {
  const length = extent(signal);
  const step = (2 * Math.PI * freqHz) / sampleRate;
  const [stepCos, stepSin] = [Math.cos(step), Math.sin(step)];
  let re = 0;
  let im = 0;
  for (let from = 0; from < length; from += REFRESH) {
    let [cos, sin] = [Math.cos(step * from), Math.sin(step * from)];
    const to = Math.min(from + REFRESH, length);
    for (let i = from; i < to; i++) {
      re += signal[i] * cos;
      im -= signal[i] * sin;
      const next = cos * stepCos - sin * stepSin;
      sin = sin * stepCos + cos * stepSin;
      cos = next;
    }
  }
  return Math.hypot(re, im);
}

/** Gain in dB at a frequency of the filter with this impulse response. */
export const gainAt = (response: ArrayLike<number>, freqHz: number, sampleRate: number): number =>
  20 * Math.log10(transformAt(response, freqHz, sampleRate));

/** Terms of the Blackman-Harris window (sidelobes at -92 dB; Harris, Proc. IEEE 66(1), 1978). */
const TERMS = [0.35875, -0.48829, 0.14128, -0.01168];
const windows = new Map<number, Float64Array>();

function blackmanHarris(length: number): Float64Array {
  const window =
    windows.get(length) ??
    Float64Array.from({ length }, (_, i) =>
      TERMS.reduce((sum, term, k) => sum + term * Math.cos((2 * Math.PI * k * i) / length), 0),
    );
  windows.set(length, window);
  return window;
}

/**
 * Amplitude of what a signal has around a frequency, seen through a Blackman-Harris window, so that loud tones
 * elsewhere do not leak in.
 */
export function amplitudeAt(signal: ArrayLike<number>, freqHz: number, sampleRate: number): number {
  const seen = blackmanHarris(signal.length).map((weight, i) => weight * signal[i]);
  return (2 * transformAt(seen, freqHz, sampleRate)) / (TERMS[0] * signal.length);
}
