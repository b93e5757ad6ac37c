import * as z from 'zod';

/**
 * How a parameter changes while audio runs. `live`: the stage glides to the new value without a click.
 * `restart`: the value shapes the stage itself (its latency, its order), so the graph prepares a second instance.
 */
export type Change = 'live' | 'restart';

/** What the schema says of a parameter beside its type and range; read by docs, help and messages. */
export interface ParameterMeta {
  readonly description: string;
  readonly unit?: string;
  readonly change: Change;
}

interface NumberParameter {
  readonly min: number;
  readonly max: number;
  readonly default: number;
  readonly unit?: string;
  readonly doc: string;
  readonly change?: Change;
}

const meta = (
  doc: string,
  change: Change = 'live',
  unit?: string,
): ParameterMeta & Record<string, unknown> => ({
  description: doc,
  change,
  ...(unit !== undefined && { unit }),
});

/** What is to be known of a number that moves: its bounds, and how it changes. */
export type NumberRange = Required<Pick<NumberParameter, 'min' | 'max' | 'change'>>;

/** The range of what `number` made, which takes every number in it as it is and no other; undefined for other types. */
export function rangeOf(parameter: z.ZodType): NumberRange | undefined {
  const inner = parameter instanceof z.ZodDefault ? parameter.def.innerType : undefined;
  if (!(inner instanceof z.ZodNumber) || inner.isInt) return undefined;
  const { minValue: min, maxValue: max } = inner;
  const change = parameter.meta()?.change as Change | undefined;
  return min === null || max === null || change === undefined ? undefined : { min, max, change };
}

/** A number with a range, a default and a unit. */
export const number = ({ min, max, default: initial, unit, doc, change }: NumberParameter) =>
  z
    .number()
    .check(z.gte(min), z.lte(max))
    .default(initial)
    .register(z.globalRegistry, meta(doc, change, unit));

/** A whole number with a range, a default and a unit. */
export const integer = ({ min, max, default: initial, unit, doc, change }: NumberParameter) =>
  z
    .int()
    .check(z.gte(min), z.lte(max))
    .default(initial)
    .register(z.globalRegistry, meta(doc, change, unit));

/** A number that may be left out. */
export const optionalNumber = ({ min, max, unit, doc, change }: Omit<NumberParameter, 'default'>) =>
  z
    .number()
    .check(z.gte(min), z.lte(max))
    .optional()
    .register(z.globalRegistry, meta(doc, change, unit));

/** One of a few words. */
export const choice = <const T extends readonly [string, ...string[]]>(
  values: T,
  initial: T[number],
  doc: string,
  change: Change = 'restart',
) =>
  z
    .enum(values)
    .default(initial as never)
    .register(z.globalRegistry, meta(doc, change));

/** True or false. */
export const flag = (initial: boolean, doc: string, change: Change = 'restart') =>
  z.boolean().default(initial).register(z.globalRegistry, meta(doc, change));

/** Attaches what docs and messages need to any other zod type. */
export const described = <T extends z.ZodType>(type: T, doc: string, change: Change, unit?: string): T =>
  type.meta(meta(doc, change, unit));
