import type * as z from 'zod';
import { didYouMean } from '../audio/nearest.ts';
import { quoted, shortened, shown } from '../audio/shown.ts';

type Issue = z.core.$ZodIssue;

/** What is wrong with a value: where in it, and the words. */
interface Explained {
  readonly path: readonly PropertyKey[];
  readonly text: string;
}

/** `a.b[2].c` for a path of keys and indices, after a root. */
export function jsonPath(root: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return `${text}${text ? '.' : ''}${shortened(String(key))}`;
  }, root);
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key],
    root,
  );
}

/** The schema of a part, by walking through objects, arrays, records, unions, defaults and optionals. */
function schemaAt(schema: z.ZodType | undefined, path: readonly PropertyKey[]): z.ZodType | undefined {
  return path.reduce<z.ZodType | undefined>((current, key) => partOf(current, key), schema);
}

function partOf(schema: z.ZodType | undefined, key: PropertyKey): z.ZodType | undefined {
  const def = unwrap(schema)?.def as SchemaParts | undefined;
  for (const option of def?.options ?? []) {
    const part = partOf(option, key);
    if (part) return part;
  }
  return typeof key === 'number' ? def?.element : (def?.shape?.[String(key)] ?? def?.valueType);
}

/** Parts of a schema of zod: of an object, a list, a record, a union, a wrapper, a transform. */
interface SchemaParts {
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly element?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
}

const optionsOf = (schema: z.ZodType | undefined): readonly z.ZodType[] =>
  (unwrap(schema)?.def as SchemaParts | undefined)?.options ?? [];

function unwrap(schema: z.ZodType | undefined): z.ZodType | undefined {
  let current = schema;
  for (;;) {
    const def = current?.def as SchemaParts | undefined;
    const inner = def?.innerType ?? def?.in;
    if (inner === undefined) return current;
    current = inner;
  }
}

function unitOf(schema: z.ZodType | undefined): string {
  const unit = (schema?.meta() ?? unwrap(schema)?.meta())?.unit;
  return typeof unit === 'string' ? ` ${unit}` : '';
}

/** Names that an object schema knows, or the one object among the kinds of a union. */
function keysOf(schema: z.ZodType | undefined): string[] {
  const { shape, options = [] } = (unwrap(schema)?.def ?? {}) as SchemaParts;
  return shape ? Object.keys(shape) : options.flatMap(keysOf);
}

function boundsText(schema: z.ZodType | undefined, unit: string): string {
  const { minValue, maxValue } = (unwrap(schema) ?? {}) as { minValue?: number; maxValue?: number };
  return minValue === undefined || maxValue === undefined
    ? ''
    : `, allowed is ${minValue} to ${maxValue}${unit}`;
}

/** The unit stands once, behind the range where there is one. */
function wrongType(expected: string, found: unknown, schema: z.ZodType | undefined, unit: string): string {
  const range = boundsText(schema, unit);
  return `expected ${expected}${range === '' ? unit : ''}, found ${shown(found)}${range}`;
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
        (key) => `unknown ${quoted(key)}${didYouMean(key, known) || `, known are ${known.join(', ')}`}`,
      );
    }
    case 'too_big':
    case 'too_small':
      if (issue.origin === 'number' || issue.origin === 'int') {
        return [`${shown(found)} is out of range${boundsText(schema, unit)}`];
      }
      return [
        `${Array.isArray(found) ? found.length : shown(found)} is too ${issue.code === 'too_big' ? 'many' : 'few'}, allowed is ${'maximum' in issue ? `at most ${issue.maximum}` : `at least ${issue.minimum}`}`,
      ];
    case 'invalid_value': {
      const values = issue.values.map(String);
      const hint = typeof found === 'string' ? didYouMean(found, values) : '';
      return [`${shown(found)} is not one of ${values.map((value) => `"${value}"`).join(', ')}${hint}`];
    }
    case 'invalid_type':
      // The word of zod for what may be anything.
      if (found === undefined) {
        const expected = String(issue.expected) === 'nonoptional' ? 'a value' : `${issue.expected}${unit}`;
        return [`missing, expected ${expected}`];
      }
      return [wrongType(String(issue.expected), found, schema, unit)];
    case 'invalid_key':
      return issue.issues.map((inner) => inner.message);
    case 'invalid_union': {
      const kinds = issue.errors.flat().flatMap((inner) => explain(inner, found, schema, []));
      const expected = issue.errors.flat().flatMap((inner) => ('expected' in inner ? [inner.expected] : []));
      if (expected.length < kinds.length)
        return [`${shown(found)} does not fit: ${[...new Set(kinds)].join('; or ')}`];
      return [`expected ${[...new Set(expected)].join(' or ')}${unit}, found ${shown(found)}`];
    }
    default:
      return [issue.message];
  }
}

/** The one kind of a union that a value is of, by its wrong parts; undefined when it is of none or of several. */
function branchOf(
  issue: Issue,
  schema: z.ZodType | undefined,
): { readonly issues: readonly Issue[]; readonly schema: z.ZodType | undefined } | undefined {
  if (issue.code !== 'invalid_union') return undefined;
  const options = optionsOf(schema);
  const fitting = issue.errors.flatMap((issues, n) => {
    const other = issues.some(
      ({ code, path }) => path.length === 0 && ['invalid_type', 'invalid_value'].includes(code),
    );
    return other ? [] : [{ issues, schema: options[n] }];
  });
  return fitting.length === 1 ? fitting[0] : undefined;
}

/** Everything that an issue says; inside a union, of the kind that was meant. */
function explainDeep(
  issue: Issue,
  root: unknown,
  rootSchema: z.ZodType | undefined,
  extra: readonly string[],
): Explained[] {
  const { path } = issue;
  const found = valueAt(root, path);
  const schema = schemaAt(rootSchema, path);
  const branch = branchOf(issue, schema);
  if (branch === undefined) {
    return explain(issue, found, schema, path.length === 0 ? extra : []).map((text) => ({ path, text }));
  }
  return branch.issues.flatMap((inner) =>
    explainDeep(inner, found, branch.schema, []).map((deep) => ({ ...deep, path: [...path, ...deep.path] })),
  );
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
  return error.issues
    .flatMap((issue) => explainDeep(issue, given, schema, extra))
    .map(({ path, text }) => [jsonPath(root, path), text].filter(Boolean).join(': '));
}
