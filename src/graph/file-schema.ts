import * as z from 'zod';
import { described, flag, number } from '../stages/parameters.ts';
import { automationSchema } from './automation-schema.ts';

const gainDb = z.number().min(-120).max(60).meta({ unit: 'dB', description: 'gain on the way in' });

const reference = z.string().min(1).meta({
  description: 'id of an earlier entry, `id.port` for one of its outputs, or `in` for what comes in',
});

const weighted = z.strictObject({ from: reference, gain: gainDb.default(0) });

const input = z.union([reference, z.array(z.union([reference, weighted])).min(1)]);

/** What every entry may say beside its stage's own parameters. */
export const entrySchema = z.strictObject({
  stage: z.string().meta({ description: 'name of the stage' }),
  id: z
    .string()
    .regex(/^[A-Za-z][\w-]*$/, 'is not an id; use letters, digits, - and _, a letter first')
    .optional()
    .meta({
      description: 'name of this entry; without one, its stage’s name, then compressor2, compressor3',
    }),
  description: z.string().optional().meta({ description: 'why it is here' }),
  input: described(input.optional(), 'what it takes, summed; the entry before it unless given', 'restart'),
  key: described(reference.optional(), 'the sidechain', 'restart'),
  mix: number({
    min: 0,
    max: 1,
    default: 1,
    doc: 'share of the processed signal; the rest is the input, latency matched',
    change: 'restart',
  }),
  bypass: flag(false, 'passes the input through, its latency kept', 'restart'),
});

export type EntryCommon = z.output<typeof entrySchema>;

/** The file as a whole; entries are checked against their stages afterwards. */
export const fileSchema = z.strictObject({
  $schema: z.string().optional().meta({ description: 'where editors find this schema' }),
  name: z.string().optional().meta({ description: 'a short name' }),
  description: z.string().optional().meta({ description: 'what it is for, and why it is set so' }),
  stages: z
    .array(z.looseObject({ stage: z.string() }))
    .max(10_000)
    .meta({ description: 'processed from top to bottom; the last entry is what goes out' }),
  automation: automationSchema,
});
