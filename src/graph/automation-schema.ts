import * as z from 'zod';
import { CURVES } from './move.ts';

const shape = {
  at: z
    .number()
    .min(0)
    .max(1e9)
    .optional()
    .meta({ unit: 's', description: 'time of the output at which it begins' }),
  frame: z.int().min(0).optional().meta({ unit: 'frames', description: 'the same in frames, instead of at' }),
};

/** One parameter that moves at a time of the output. */
export const moveSchema = z
  .strictObject({
    ...shape,
    set: z.string().min(1).meta({ description: 'the parameter: id.parameter, or deeper: eq.bands[0].gain' }),
    to: z.unknown().meta({ description: 'the value it moves to' }),
    over: z.number().min(0).max(1e6).default(0).meta({ unit: 's', description: 'length of the way' }),
    curve: z
      .enum(CURVES)
      .default('linear')
      .meta({ description: 'linear, exponential (equal ratios), or hold: in one step at the end' }),
  })
  .refine(({ at, frame }) => (at === undefined) !== (frame === undefined), {
    message: 'needs either at (seconds) or frame',
  });

/** A whole pipeline that takes over at a time of the output; what a log of moves says of a reload. */
export const takeoverSchema = z
  .strictObject({ ...shape, pipeline: z.looseObject({}) })
  .refine(({ at, frame }) => (at === undefined) !== (frame === undefined), {
    message: 'needs either at (seconds) or frame',
  });

/** `"automation"` of a pipeline file. */
export const automationSchema = z
  .array(moveSchema)
  .max(10_000)
  .optional()
  .meta({ description: 'parameters that move at times of the output, in the order in which they are tried' });

/** A move or a takeover as it stands in JSON, its shape checked. */
export type AutomationEntry = z.output<typeof moveSchema> | z.output<typeof takeoverSchema>;
