import * as z from 'zod';
import { dbToPower, powerToDb } from '../dsp/elementary.ts';
import { CRITICAL_BANDS } from '../dsp/spectrum/critical-bands.ts';
import { checked } from './mastering-target.ts';

const level = z.number().nullable();
const bark = z.array(level).length(CRITICAL_BANDS);

/** A profile as it stands in JSON. */
export const referenceSchema = z.strictObject({
  kind: z.literal('auralis-stream reference profile'),
  schema: z.literal(1),
  /** How many recordings it is the mean of. */
  recordings: z.number().int().positive(),
  /** LUFS, LU, dB. */
  loudness: level,
  range: level,
  crest: level,
  /** Side energy over that of mid and side. */
  width: level,
  /** Mean level of each critical band in dB, each recording brought to 0 dB before; null for an empty one. */
  programme: bark,
  mid: bark.nullable(),
  side: bark.nullable(),
});

/** What recordings have in common: their long-term spectrum, loudness, dynamics and width. */
export type ReferenceProfile = z.output<typeof referenceSchema>;

/** One recording, measured. */
export type ReferenceRecording = Pick<ReferenceProfile, 'loudness' | 'range' | 'crest' | 'width'> & {
  readonly programme: readonly number[];
  readonly mid: readonly number[] | null;
  readonly side: readonly number[] | null;
};

/** The profile of one or more recordings: power means of the bands, plain means of the rest. */
export function referenceProfile(recordings: readonly ReferenceRecording[]): ReferenceProfile {
  const stereo = recordings.filter(({ mid, side }) => mid !== null && side !== null);
  const totals = new Map(recordings.map((one) => [one, totalDb(one.programme)]));
  const meanOf = (name: 'loudness' | 'range' | 'crest' | 'width'): number | null => {
    const known = recordings.map((one) => one[name]).filter((value) => value !== null);
    return known.length === 0 ? null : rounded(known.reduce((sum, value) => sum + value, 0) / known.length);
  };
  const bands = (of: readonly ReferenceRecording[], view: 'programme' | 'mid' | 'side') =>
    Array.from({ length: CRITICAL_BANDS }, (_, band) => {
      const powers = of.map((one) =>
        dbToPower((one[view]![band] ?? Number.NEGATIVE_INFINITY) - totals.get(one)!),
      );
      const mean = powers.reduce((sum, value) => sum + value, 0) / powers.length;
      return mean > 0 ? rounded(powerToDb(mean)) : null;
    });
  return {
    kind: 'auralis-stream reference profile',
    schema: 1,
    recordings: recordings.length,
    loudness: meanOf('loudness'),
    range: meanOf('range'),
    crest: meanOf('crest'),
    width: meanOf('width'),
    programme: bands(recordings, 'programme'),
    mid: stereo.length > 0 ? bands(stereo, 'mid') : null,
    side: stereo.length > 0 ? bands(stereo, 'side') : null,
  };
}

/** Checks the text of a profile. @throws AuralisError of kind `usage`, a line a problem */
export const parseReferenceProfile = (text: string, name: string): ReferenceProfile =>
  checked(referenceSchema, text, name);

const totalDb = (levels: readonly number[]): number =>
  powerToDb(levels.reduce((sum, one) => sum + dbToPower(one), 0));
/** To a thousandth: a profile of a few kilobytes. */
const rounded = (value: number): number => Math.round(value * 1000) / 1000;
