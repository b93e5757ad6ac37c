import { sin } from '../elementary.ts';
import { kaiserWindow } from '../kaiser-window.ts';

/**
 * The interpolator of ITU-R BS.1770-4, Annex 2 (order 48, four phases), its phases 0 and 1. Phases 2 and 3 are these
 * two backwards, phase 1 and phase 0, so that the readings lie 1/8, 3/8, 5/8 and 7/8 between two samples.
 */
export const ANNEX_2_PHASES = [
  [
    0.001708984375, 0.010986328125, -0.0196533203125, 0.033203125, -0.0594482421875, 0.1373291015625,
    0.97216796875, -0.102294921875, 0.047607421875, -0.026611328125, 0.014892578125, -0.00830078125,
  ],
  [
    -0.0291748046875, 0.029296875, -0.0517578125, 0.089111328125, -0.16650390625, 0.465087890625,
    0.77978515625, -0.2003173828125, 0.1015625, -0.0582275390625, 0.0330810546875, -0.0189208984375,
  ],
] as const; // biome-ignore format: the standard's rows

/** Taps of the fine interpolator on either side of the gap that it looks into. */
const FINE_HALF = 16;
/** Parts into which it divides a gap. */
const FINE_FACTOR = 16;
/** Kaiser's beta: of the windows of 32 taps the one flattest to 0.4535 fs, 20 kHz at 44.1 kHz: within 0.07 dB. */
const FINE_BETA = 4.5;

/** A windowed sinc of 32 taps that reads `phase` sixteenths of the way from tap 15 to tap 16; its taps sum to 1. */
function windowedSinc(phase: number): number[] {
  const taps = Array.from({ length: 2 * FINE_HALF }, (_, tap) => {
    const distance = tap - (FINE_HALF - 1) - phase / FINE_FACTOR;
    const angle = Math.PI * distance;
    return (sin(angle) / angle) * kaiserWindow(distance / FINE_HALF, FINE_BETA);
  });
  const sum = taps.reduce((total, tap) => total + tap, 0);
  return taps.map((tap) => tap / sum);
}

/** Our own interpolator, 16 times, 32 taps a phase: phases 1 to 8. Phases 9 to 15 are 7 to 1 backwards. */
export const FINE_PHASES: readonly (readonly number[])[] = [1, 2, 3, 4, 5, 6, 7, 8].map(windowedSinc);

/**
 * Phases rearranged for two mirrored readings at once. With l and r the samples on either side of the gap, each
 * as far from it as the other, a phase reads E + O and its mirror image E - O, where E sums (a + b) / 2 (l + r) and
 * O sums (a - b) / 2 (l - r) over the pairs of taps a, b; and the larger magnitude of the two is |E| + |O|. The table
 * goes outwards from the gap, and at each distance through the phases: even part, odd part.
 */
export function mirroredTaps(phases: readonly (readonly number[])[]): number[] {
  const half = phases[0].length / 2;
  return Array.from({ length: half }, (_, k) =>
    phases.flatMap((taps) => {
      const left = taps[half - 1 - k];
      const right = taps[half + k];
      return [(left + right) / 2, (left - right) / 2];
    }),
  ).flat();
}
