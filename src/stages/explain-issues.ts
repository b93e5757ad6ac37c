import type * as z from 'zod';
import { didYouMean } from '../audio/nearest.ts';

type Issue = z.core.$ZodIssue;

/** A value as it stands in JSON, cut short. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}

/** `a.b[2].c` for a path of keys and indices, after a root. */
export function jsonPath(root: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) =>
      typeof key === 'number' ? `${text}[${key}]` : text ? `${text}.${String(key)}` : String(key),
    root,
  );
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key],
    root,
  );
}

/** The schema of a part, by walking through objects, arrays, defaults and optionals. */
function schemaAt(schema: z.ZodType, path: readonly PropertyKey[]): z.ZodType | undefined {
  let current: z.ZodType | undefined = schema;
  for (const key of path) {
    const inner = unwrap(current);
    const def = inner?.def as { shape?: Record<string, z.ZodType>; element?: z.ZodType } | undefined;
    current = typeof key === 'number' ? def?.element : def?.shape?.[String(key)];
    if (current === undefined) return undefined;
  }
  return current;
}

function unwrap(schema: z.ZodType | undefined): z.ZodType | undefined {
  let current = schema;
  for (;;) {
    const inner = (current?.def as { innerType?: z.ZodType } | undefined)?.innerType;
    if (inner === undefined) return current;
    current = inner;
  }
}

function unitOf(schema: z.ZodType | undefined): string {
  const unit = schema?.meta()?.unit;
  return typeof unit === 'string' ? ` ${unit}` : '';
}

/** Names that an object schema knows. */
function keysOf(schema: z.ZodType | undefined): string[] {
  return Object.keys((unwrap(schema)?.def as { shape?: object } | undefined)?.shape ?? {});
}

function rangeOf(schema: z.ZodType | undefined, unit: string): string {
  const { minValue, maxValue } = (unwrap(schema) ?? {}) as { minValue?: number; maxValue?: number };
  return minValue === undefined || maxValue === undefined
    ? ''
    : `, allowed is ${minValue} to ${maxValue}${unit}`;
}

function explain(
  issue: Issue,
  found: unknown,
  schema: z.ZodType | undefined,
  extra: readonly string[],
): string[] {
  const unit = unitOf(schema);
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = [...keysOf(schema), ...extra];
      return issue.keys.map(
        (key) => `unknown "${key}"${didYouMean(key, known) || `, known are ${known.join(', ')}`}`,
      );
    }
    case 'too_big':
    case 'too_small':
      if (issue.origin === 'number' || issue.origin === 'int') {
        return [`${shown(found)} is out of range${rangeOf(schema, unit)}`];
      }
      return [
        `too ${issue.code === 'too_big' ? 'many' : 'few'}, allowed is ${'maximum' in issue ? `at most ${issue.maximum}` : `at least ${issue.minimum}`}`,
      ];
    case 'invalid_value': {
      const values = issue.values.map(String);
      const hint = typeof found === 'string' ? didYouMean(found, values) : '';
      return [`${shown(found)} is not one of ${values.map((value) => `"${value}"`).join(', ')}${hint}`];
    }
    case 'invalid_type':
      if (found === undefined) return [`missing, expected ${issue.expected}${unit}`];
      return [`expected ${issue.expected}${unit}, found ${shown(found)}${rangeOf(schema, unit)}`];
    case 'invalid_union': {
      const each = issue.errors.flat().map((inner) => explain(inner, found, schema, [])[0]);
      return [`${shown(found)} does not fit: ${[...new Set(each)].join('; or ')}`];
    }
    default:
      return [issue.message];
  }
}

/**
 * One line a problem: where, what was found, what is allowed, and the nearest valid name.
 * `extra` are names that are known at the root beside the schema's own.
 */
export function explainIssues(
  error: z.ZodError,
  given: unknown,
  schema: z.ZodType,
  root: string,
  extra: readonly string[] = [],
): string[] {
  return error.issues.flatMap((issue) =>
    explain(
      issue,
      valueAt(given, issue.path),
      schemaAt(schema, issue.path),
      issue.path.length === 0 ? extra : [],
    ).map((text) => [jsonPath(root, issue.path), text].filter(Boolean).join(': ')),
  );
}
