import * as z from 'zod';
import type { AnyStage } from './define-stage.ts';

/** A parameter with a value that a stage can glide to another one of. */
export interface LiveParameter {
  /** Path in the entry, such as `ratio` or `bands[0].gain`. */
  readonly name: string;
  readonly kind: 'number' | 'choice' | 'flag';
  readonly value: number | string | boolean;
  readonly unit: string;
  /** Range of a number; null for other kinds. */
  readonly min: number | null;
  readonly max: number | null;
  /** Whether a number has no fraction. */
  readonly whole: boolean;
  /** Words of a choice; none for other kinds. */
  readonly choices: readonly string[];
  readonly meaning: string;
}

/** What we read of a JSON Schema. */
interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly unit?: string;
  readonly change?: string;
  readonly description?: string;
}

/** What holds for a parameter and all inside it that does not say otherwise. */
interface Inherited {
  readonly unit: string;
  readonly meaning: string;
}

/** The `live` parameters of an entry that have a value, in the order of the schema, each item of a list by itself. */
export function liveParameters({ params }: AnyStage, present: object): LiveParameter[] {
  const schema = z.toJSONSchema(params, { io: 'input' }) as Schema;
  return inside(schema, present, '', { unit: '', meaning: '' });
}

function inside(
  { properties = {} }: Schema,
  value: object,
  prefix: string,
  from: Inherited,
): LiveParameter[] {
  return Object.entries(properties).flatMap(([key, schema]) =>
    at(schema, (value as Record<string, unknown>)[key], `${prefix}${key}`, from),
  );
}

function at(schema: Schema, value: unknown, name: string, from: Inherited): LiveParameter[] {
  // A list that is `restart` needs a new start for whatever changes in it.
  if (schema.change === 'restart' || value === undefined) return [];
  const { unit = from.unit, description: meaning = from.meaning, items } = schema;
  if (Array.isArray(value)) {
    return value.flatMap((item, n) => at(items ?? {}, item, `${name}[${n}]`, { unit, meaning }));
  }
  if (typeof value === 'object' && value !== null) {
    return inside(schema, value, `${name}.`, { unit, meaning });
  }
  const basic = { name, unit, meaning, min: null, max: null, whole: false, choices: [] };
  if (typeof value === 'boolean') return [{ ...basic, kind: 'flag', value }];
  if (typeof value === 'string') {
    const words = (schema.enum ?? []).filter((word) => typeof word === 'string');
    return words.length === 0 ? [] : [{ ...basic, kind: 'choice', value, choices: words }];
  }
  const range = (schema.anyOf ?? [schema]).find(({ type }) => type === 'number' || type === 'integer');
  if (typeof value !== 'number' || range?.minimum === undefined || range.maximum === undefined) return [];
  const { minimum: min, maximum: max, type } = range;
  return [{ ...basic, kind: 'number', value, min, max, whole: type === 'integer' }];
}
