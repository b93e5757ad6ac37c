import * as z from 'zod';
import { described, flag, number } from '../stages/parameters.ts';
import { automationSchema } from './automation-schema.ts';
import type { Knob, KnobTarget } from './definition.ts';

/** Most entries of a pipeline, those of its parts counted; far above what people write. */
export const MAX_STAGES = 1000;

/** Most inputs, most outputs and most controllers. */
const MAX_ENDS = 16;

/** Most entries of a schedule. */
const MAX_PROGRAMMES = 100;

const NAME = /^[A-Za-z][\w-]*$/;
const name = z.string().regex(NAME, 'is not an id; use letters, digits, - and _, a letter first');

const gainDb = z.number().min(-120).max(60).meta({ unit: 'dB', description: 'gain on the way in' });

const reference = z.string().min(1).meta({
  description: 'id of an earlier entry, `id.port` for one of its outputs, or `in` for what comes in',
});

const weighted = z.strictObject({ from: reference, gain: gainDb.default(0) });

const input = z.union([reference, z.array(z.union([reference, weighted])).min(1)]);

const mix = number({
  min: 0,
  max: 1,
  default: 1,
  doc: 'share of the processed signal; the rest is the input, latency matched',
  change: 'restart',
});

/** What a stage and a part may both say. */
const shared = {
  id: name.optional().meta({
    description: 'name of this entry; without one, its stage’s name, then compressor2, compressor3',
  }),
  description: z.string().optional().meta({ description: 'why it is here' }),
  input: described(input.optional(), 'what it takes, summed; the entry before it unless given', 'restart'),
  key: described(reference.optional(), 'the sidechain', 'restart'),
  mix,
  bypass: flag(false, 'passes the input through, its latency kept', 'restart'),
};

/** What every entry with a stage may say beside the stage's own parameters. */
export const entrySchema = z.strictObject({
  stage: z.string().meta({ description: 'name of the stage' }),
  ...shared,
  channels: described(
    z
      .array(z.int().min(0).max(63))
      .min(1)
      .refine((list) => new Set(list).size === list.length, { message: 'names a channel twice' })
      .optional(),
    'channels that the stage has, from 0; the others pass, latency matched; all unless given',
    'restart',
  ),
});

const settings = z
  .record(z.string(), z.unknown())
  .meta({ description: 'values by path, as `--set` takes them: { "limiter.ceiling": -2 }' });

/** What an entry may say that inserts a part, beside the part's knobs. */
export const useSchema = z.strictObject({
  use: z.string().min(1).meta({
    description:
      'a pipeline to insert as one stage: a path relative to this file, or the name of a shipped one',
  }),
  ...shared,
  set: settings.optional(),
});

export type EntryCommon = z.output<typeof entrySchema>;

const path = z.string().regex(/^[^.]+\../, 'is not a parameter; write id.parameter, such as limiter.ceiling');

const target = z
  .union([
    path,
    z.strictObject({
      path,
      range: z
        .tuple([z.number(), z.number()])
        .optional()
        .meta({ description: 'values of the parameter at the knob’s min and max, linear between them' }),
    }),
  ])
  .transform((given): KnobTarget => (typeof given === 'string' ? { path: given } : given));

const knob = z
  .union([
    path,
    z.strictObject({
      description: z.string().optional().meta({ description: 'what it does to the sound' }),
      unit: z.string().optional(),
      min: z.number().optional(),
      max: z.number().optional(),
      to: z.union([target, z.array(target).min(1)]).meta({ description: 'the parameters that it sets' }),
    }),
  ])
  .transform((given): Knob => {
    if (typeof given === 'string') return { to: [{ path: given }] };
    return { ...given, to: Array.isArray(given.to) ? given.to : [given.to] };
  });

const roles = z.record(z.string(), z.string().min(1));

/** What every controller may say beside its own parameters. */
export const controllerSchema = z.strictObject({
  controller: z.string().meta({ description: 'name of the controller' }),
  id: name.optional().meta({ description: 'name of this controller; without one, that of its kind' }),
  description: z.string().optional().meta({ description: 'why it is here' }),
  hears: roles.default({}).meta({ description: 'ids of the entries that it listens to, by role' }),
  drives: roles.default({}).meta({ description: 'ids of the entries whose parameters it moves, by role' }),
});

/** The file as a whole; entries are checked against their stages afterwards. */
export const fileSchema = z.strictObject({
  $schema: z.string().optional().meta({ description: 'where editors find this schema' }),
  name: z.string().optional().meta({ description: 'a short name' }),
  description: z.string().optional().meta({ description: 'what it is for, and why it is set so' }),
  extends: z.string().min(1).optional().meta({
    description: 'a pipeline that this one is, but for `set`: a path, or the name of a shipped one',
  }),
  set: settings.optional(),
  inputs: z
    .array(name)
    .min(1)
    .max(MAX_ENDS)
    .optional()
    .meta({ description: 'names of what comes in, `in` unless given; the first is IN and sets the length' }),
  outputs: z
    .record(name, reference)
    .refine((outputs) => Object.keys(outputs).length <= MAX_ENDS, {
      message: `too many, allowed is at most ${MAX_ENDS}`,
    })
    .optional()
    .meta({ description: 'what goes out, by name; `main` is OUT. Unless given, the last entry goes out' }),
  parameters: z
    .record(name, knob)
    .optional()
    .meta({ description: 'knobs: short names for parameters of the stages' }),
  stages: z
    .array(z.looseObject({}))
    .max(MAX_STAGES)
    .optional()
    .meta({ description: 'processed from top to bottom; the last entry is what goes out' }),
  controllers: z
    .array(z.looseObject({}))
    .max(MAX_ENDS)
    .optional()
    .meta({ description: 'what moves parameters of the stages by what stages measure' }),
  automation: automationSchema,
  schedule: z
    .array(
      z.strictObject({
        at: z
          .string()
          .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'is no time of day; write hours and minutes, such as 06:00')
          .meta({ description: 'from this time of day on, in the time zone' }),
        use: z.string().min(1).meta({
          description: 'the pipeline that plays: a path relative to this file, or the name of a shipped one',
        }),
      }),
    )
    .max(MAX_PROGRAMMES)
    .optional()
    .meta({ description: 'other pipelines by the time of day, for a run that goes on for days' }),
  timeZone: z
    .string()
    .refine(isTimeZone, 'is no time zone; write one such as Europe/Berlin')
    .optional()
    .meta({ description: 'of the schedule: a name of the IANA database' }),
});

/** Whether a name is one of the IANA time zone database. */
function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
