import { KernelMemory } from '../../src/dsp/kernel-memory.ts';
import { RealFft } from '../../src/dsp/spectrum/fft.ts';

/** Frames that a spectrum of lines looks at. */
export const LINES_FRAMES = 16384;

let fft: RealFft | undefined;

/**
 * Peak amplitude at each multiple of sampleRate / 16384 up to Nyquist, without a window: exact for sines whose
 * periods fit into the 16384 frames.
 */
export function lines(x: Float32Array, from: number): Float64Array {
  fft ??= new RealFft(new KernelMemory('reference', 0), LINES_FRAMES);
  fft.input.set(x.subarray(from, from + LINES_FRAMES));
  fft.transform();
  const { re, im } = fft;
  return Float64Array.from(re, (value, k) => (2 / LINES_FRAMES) * Math.hypot(value, im[k]));
}

/** The odd line nearest to a frequency: its harmonics and their mirror images all fall on lines of their own. */
export const oddLine = (freqHz: number, sampleRate: number): number =>
  2 * Math.floor((freqHz * LINES_FRAMES) / sampleRate / 2) + 1;

/** A sine on a line. */
export const lineSine = (line: number, frames: number, peak: number): Float32Array =>
  Float32Array.from({ length: frames }, (_, i) => peak * Math.sin((2 * Math.PI * line * i) / LINES_FRAMES));

/** The strongest line up to a frequency that is no multiple of `line`, in dB against `line`: aliases and noise. */
export function worstAliasDb(
  spectrum: Float64Array,
  line: number,
  upToHz: number,
  sampleRate: number,
): number {
  let worst = 0;
  for (let k = 1; (k * sampleRate) / LINES_FRAMES <= upToHz; k++) {
    if (k % line !== 0) worst = Math.max(worst, spectrum[k]);
  }
  return 20 * Math.log10(worst / spectrum[line]);
}
