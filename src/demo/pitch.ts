import { exp2 } from '../dsp/elementary.ts';

const SEMITONES: Readonly<Record<string, number>> = { C: 0, D: 2, E: 4, F: 5, G: 7, A: 9, B: 11 };

/** Note number of a name such as `A4` or `F#3`; 69 is A4, 60 is C4 (MIDI 1.0). */
export function noteNumber(name: string): number {
  const sharp = name[1] === '#' ? 1 : 0;
  const octave = Number(name.slice(1 + sharp));
  return 12 * (octave + 1) + SEMITONES[name[0]] + sharp;
}

/** Frequency in Hz of a note number, whole or not: equal temperament, A4 = 440 Hz (ISO 16). */
export const noteFreqHz = (note: number): number => 440 * exp2((note - 69) / 12);
