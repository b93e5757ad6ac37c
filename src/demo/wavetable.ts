import { cos, sin } from '../dsp/elementary.ts';

const LENGTH = 2048;

/** One period of a waveform, with its first value repeated at the end for interpolation. */
export type Wavetable = Float64Array;

const COSINES = Float64Array.from({ length: LENGTH }, (_, i) => cos((2 * Math.PI * i) / LENGTH));

/** One period of a sine. */
export const SINE: Wavetable = Float64Array.from({ length: LENGTH + 1 }, (_, i) =>
  sin((2 * Math.PI * (i % LENGTH)) / LENGTH),
);

/** Value of a waveform at a phase of 0 to 1 (1 excluded), between its points by a straight line. */
export function readTable(table: Wavetable, phase: number): number {
  const at = phase * LENGTH;
  const i = at | 0;
  return table[i] + (at - i) * (table[i + 1] - table[i]);
}

/** Sum of the harmonics k = 1, 2... with amplitudes `a` (cosine) and `b` (sine). */
function additive(harmonics: readonly { readonly a: number; readonly b: number }[]): Wavetable {
  const table = new Float64Array(LENGTH + 1);
  for (const [index, { a, b }] of harmonics.entries()) {
    for (let i = 0; i < LENGTH; i++) {
      const at = ((index + 1) * i) % LENGTH;
      table[i] += a * COSINES[at] + b * SINE[at];
    }
  }
  table[LENGTH] = table[0];
  return table;
}

/** How many harmonics of a tone fit below 0.45 of the sample rate, at most 40. */
export const harmonicsBelowNyquist = (freqHz: number, sampleRate: number): number =>
  Math.max(1, Math.min(40, Math.floor((0.45 * sampleRate) / freqHz)));

const saws = new Map<number, Wavetable>();

/** Falling saw of so many harmonics: 2/pi sum sin(k x) / k. */
export function sawTable(harmonics: number): Wavetable {
  let table = saws.get(harmonics);
  if (!table) {
    table = additive(Array.from({ length: harmonics }, (_, k) => ({ a: 0, b: 2 / Math.PI / (k + 1) })));
    saws.set(harmonics, table);
  }
  return table;
}

/** Share of a period in which the vocal folds open, and close. Rosenberg, J. Acoust. Soc. Am. 49(2B), 1971, pulse C. */
const OPENING = 0.4;
const CLOSING = 0.16;

/** Air flow through the glottis at a phase of 0 to 1. */
function glottalFlow(phase: number): number {
  if (phase < OPENING) return 0.5 - 0.5 * cos((Math.PI * phase) / OPENING);
  if (phase < OPENING + CLOSING) return cos((0.5 * Math.PI * (phase - OPENING)) / CLOSING);
  return 0;
}

/** What the lips radiate of the glottal flow (its slope), of so many harmonics; its peak is 1. */
export function glottalTable(harmonics: number): Wavetable {
  const flow = Float64Array.from({ length: LENGTH }, (_, i) => glottalFlow(i / LENGTH));
  const slope = flow.map((value, i) => value - flow[(i + LENGTH - 1) % LENGTH]);
  const table = additive(
    Array.from({ length: harmonics }, (_, k) => {
      let [a, b] = [0, 0];
      for (let i = 0; i < LENGTH; i++) {
        const at = ((k + 1) * i) % LENGTH;
        a += slope[i] * COSINES[at];
        b += slope[i] * SINE[at];
      }
      return { a, b };
    }),
  );
  const peak = table.reduce((highest, value) => Math.max(highest, Math.abs(value)), 0);
  return table.map((value) => value / peak);
}
