import * as z from 'zod';
import { usageError } from '../audio/errors.ts';
import { explainIssues } from '../stages/explain-issues.ts';

const reason = z.string().min(1);
/** A number and why it is that number. */
const reasoned = (min: number, max: number) =>
  z.strictObject({ value: z.number().min(min).max(max), reason });

const curve = z
  .array(z.strictObject({ freq: z.number().positive(), level: z.number().min(-60).max(60), reason }))
  .min(2)
  .refine((points) => points.every(({ freq }, n) => n === 0 || freq > points[n - 1].freq), {
    message: 'must rise in freq',
  });

const preset = z.strictObject({
  title: z.string(),
  /** LUFS. */
  loudness: reasoned(-40, -6),
  /** dBTP. */
  ceiling: reasoned(-12, 0),
  /** Level per octave against pink noise in dB, at some frequencies in Hz; only differences count. */
  curve,
  /** Most that a critical band is raised or lowered, in dB. */
  maxBoost: reasoned(0, 12),
  maxCut: reasoned(0, 12),
  /** Peak over loudness in dB above which the programme is compressed, and the largest ratio for that. */
  crest: reasoned(4, 40),
  ratio: reasoned(1, 10),
  /** Bounds of the side's share of the energy outside which the stereo width is moved. */
  narrowest: reasoned(0, 1),
  widest: reasoned(0, 1),
  /** How far the curve of a genre that is recognised for certain replaces this one, 0..1. */
  genreShare: reasoned(0, 1),
});

/** Features by which a genre is recognised. */
export const GENRE_FEATURES = ['centroid', 'rolloff', 'crest', 'range', 'bass', 'width', 'tempo'] as const;

const interval = z.strictObject({ from: z.number(), to: z.number(), reason });

const genre = z.strictObject({
  title: z.string(),
  curve,
  /** Where each feature usually lies. */
  looks: z.partialRecord(z.enum(GENRE_FEATURES), interval),
});

/** A preset with the name that it goes by. */
export const presetSchema = preset.extend({ name: z.string() });

/** What a master is to be like, number by number with reasons. */
export type MasteringPreset = Readonly<z.output<typeof presetSchema>>;

/** What music of a kind is like. */
export interface Genre extends z.output<typeof genre> {
  readonly name: string;
}

/** Control points of a tonal curve: Hz, and dB per octave against pink noise. */
export type CurvePoints = MasteringPreset['curve'];

/** Checks the text of a preset file. @throws AuralisError of kind `usage`, a line a problem */
export const parsePreset = (text: string, name: string): MasteringPreset => ({
  name,
  ...checked(preset, text, name),
});

/** Checks the text of a genre file. @throws AuralisError of kind `usage`, a line a problem */
export const parseGenre = (text: string, name: string): Genre => ({ name, ...checked(genre, text, name) });

/** Checks JSON text against a schema; `name` stands in messages. */
export function checked<S extends z.ZodType>(schema: S, text: string, name: string): z.output<S> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw usageError(`${name}: not JSON`, { cause });
  }
  const shape = schema.safeParse(value);
  if (shape.success) return shape.data;
  throw usageError(
    explainIssues(shape.error, value, schema, '')
      .map((problem) => `${name}: ${problem}`)
      .join('\n'),
  );
}
