import { ANNEX_2_PHASES } from '../../src/dsp/levels/true-peak-filters.ts';

const [FIRST, SECOND] = ANNEX_2_PHASES;
/** The four phases of BS.1770-4 Annex 2, as the standard's table has them. */
const ANNEX_2 = [FIRST, SECOND, [...SECOND].reverse(), [...FIRST].reverse()];

/**
 * Largest magnitude of a signal run through each of several filters, silence before and behind it, and of the signal.
 * The filters, a multiple of four, go by fours: one addition need not wait for the other.
 */
function largestReading(x: Float32Array, phases: readonly (readonly number[])[]): number {
  const taps = phases[0].length;
  const row = new Float64Array(x.length + 2 * (taps - 1));
  row.set(x, taps - 1);
  let top = x.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  for (let n = 0; n < phases.length; n += 4) {
    const [p, q, r, s] = phases.slice(n, n + 4);
    for (let at = 0; at + taps <= row.length; at++) {
      let [a, b, c, d] = [0, 0, 0, 0];
      for (let k = 0; k < taps; k++) {
        const sample = row[at + k];
        a += p[k] * sample;
        b += q[k] * sample;
        c += r[k] * sample;
        d += s[k] * sample;
      }
      top = Math.max(top, Math.abs(a), Math.abs(b), Math.abs(c), Math.abs(d));
    }
  }
  return top;
}

/** True peak, linear, by the filter of BS.1770-4 Annex 2 and the samples themselves, in double precision. */
export const annex2Peak = (signal: readonly Float32Array[]): number =>
  signal.reduce((top, channel) => Math.max(top, largestReading(channel, ANNEX_2)), 0);

/**
 * A sinc of 160 taps under the exact Blackman window, whose side lobes lie 68 dB down
 * (F. J. Harris, "On the Use of Windows for Harmonic Analysis with the DFT", Proc. IEEE 66(1), 1978).
 */
function interpolator(frames: number): number {
  const angle = (Math.PI * frames) / 80;
  const window = (7938 + 9240 * Math.cos(angle) + 1430 * Math.cos(2 * angle)) / 18608;
  return frames === 0 ? 1 : (window * Math.sin(Math.PI * frames)) / (Math.PI * frames);
}

/** 16 phases of a kernel, a function of frames since a sample. */
const sixteenPhases = (kernel: (frames: number) => number): number[][] =>
  Array.from({ length: 16 }, (_, phase) =>
    Array.from({ length: 160 }, (_, tap) => kernel(79 + phase / 16 - tap)),
  );

const SIXTEEN_TIMES = sixteenPhases(interpolator);

/** True peak, linear, by 16 phases of 160 taps in double precision: shares nothing with the limiter's interpolators. */
export const sixteenfoldPeak = (signal: readonly Float32Array[]): number =>
  signal.reduce((top, channel) => Math.max(top, largestReading(channel, SIXTEEN_TIMES)), 0);

/** Step of the differences that stand for a derivative, in frames. */
const STEP = 1e-4;

/** The same behind an analogue pre-emphasis x + tau dx/dt (Rec. ITU-R BS.450-4); `tau` in frames. */
export function emphasisedPeak(signal: readonly Float32Array[], tau: number): number {
  const slope = (t: number): number => (interpolator(t + STEP) - interpolator(t - STEP)) / (2 * STEP);
  const phases = sixteenPhases((t) => interpolator(t) + tau * slope(t));
  return signal.reduce((top, channel) => Math.max(top, largestReading(channel, phases)), 0);
}
