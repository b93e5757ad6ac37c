import * as z from 'zod';
import type { AnyStage } from './define-stage.ts';

/** A parameter of a stage as people read it; an empty text is "none". */
export interface ParameterRow {
  /** Path in the pipeline file, such as `ratio` or `bands[].freq`. */
  readonly name: string;
  readonly unit: string;
  /** What is allowed. */
  readonly range: string;
  readonly initial: string;
  /** `live` parameters glide while audio runs, `restart` ones need a new start. */
  readonly change: string;
  readonly meaning: string;
}

/** What we read of a JSON Schema. */
interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly unit?: string;
  readonly change?: string;
  readonly description?: string;
}

/** Every parameter of a stage, in the order of its schema, nested ones behind the list that holds them. */
export function parameterRows({ params }: AnyStage): ParameterRow[] {
  return rowsOf(z.toJSONSchema(params, { io: 'input' }) as Schema, '');
}

function rowsOf({ properties = {} }: Schema, prefix: string): ParameterRow[] {
  return Object.entries(properties).flatMap(([key, schema]) => {
    const name = `${prefix}${key}`;
    const row: ParameterRow = {
      name,
      unit: schema.unit ?? '',
      range: allowedText(schema),
      initial: schema.default === undefined ? '' : JSON.stringify(schema.default),
      change: schema.change ?? '',
      meaning: schema.description ?? '',
    };
    return [row, ...rowsOf(schema, `${name}.`), ...rowsOf(schema.items ?? {}, `${name}[].`)];
  });
}

function allowedText({
  anyOf,
  enum: words,
  minimum,
  maximum,
  items,
  minItems,
  maxItems,
  type,
  ...rest
}: Schema): string {
  if (anyOf) return anyOf.map(allowedText).join(' or ');
  if ('const' in rest) return JSON.stringify(rest.const);
  if (words) return words.join(', ');
  if (minimum !== undefined && maximum !== undefined) return `${minimum} to ${maximum}`;
  if (type === 'boolean') return 'true, false';
  if (type !== 'array') return type ?? '';
  const what = allowedText(items ?? {});
  const each = what === 'object' || what === '' ? 'entries' : what;
  if (maxItems === undefined) return `list of ${each}`;
  if (minItems === maxItems) return `list of ${maxItems} entries, each ${each}`;
  return `list of ${minItems ?? 0} to ${maxItems} ${each === 'entries' ? each : `entries, each ${each}`}`;
}
