import { shortened, shown } from '../audio/shown.ts';
import { explainIssues } from '../stages/explain-issues.ts';
import { applySetting } from './apply-setting.ts';
import type { PartFile, PartResolver, PipelineRegistry, PipelineSource } from './definition.ts';
import { fileSchema, MAX_STAGES } from './file-schema.ts';
import { parseJson } from './json-text.ts';
import type { Place, Problems } from './problems.ts';

/** Deepest nesting of files that use or extend files. */
const MAX_FILES = 8;

/** What checking a file needs from outside of it. */
export interface CheckContext {
  readonly problems: Problems;
  readonly parts: PartResolver | null;
  readonly registry: PipelineRegistry;
  /** Entries that may still be made; below 0 there was one too many. */
  room: number;
}

/** A file's JSON with what it extends put in, and the file that its stages stand in. */
export interface ResolvedSource {
  /** The file's own JSON. */
  readonly own: PipelineSource;
  readonly source: PipelineSource;
  readonly place: Place;
  /** Places of `stages` that hold no object: nothing more is known of those. */
  readonly broken: ReadonlySet<number>;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What can be understood of a value as a pipeline file; what can't is among the problems. */
function readShape(value: unknown, place: Place, problems: Problems): PipelineSource | null {
  const { stages, extends: base } = isObject(value) ? value : {};
  // An empty list is what a checked file that extends another one holds.
  const both = base !== undefined && Array.isArray(stages) && stages.length > 0;
  const neither = base === undefined && stages === undefined;
  if (both) problems.add(place, 'stages', 'has extends and stages; give one of them');
  if (isObject(value) && neither) problems.add(place, 'stages', 'missing, expected array');
  const shape = fileSchema.safeParse(value);
  if (!shape.success) {
    for (const line of explainIssues(shape.error, value, fileSchema, '')) problems.add(place, '', line);
  }
  if (!isObject(value) || both || neither) return null;
  if (stages !== undefined && (!Array.isArray(stages) || stages.length > MAX_STAGES)) return null;
  const fields = Object.entries(fileSchema.shape).map(([name, schema]) => [
    name,
    schema.safeParse(value[name]),
  ]) as [string, { success: boolean; data?: unknown }][];
  // Without its inputs every reference to them would look wrong.
  if (fields.some(([name, { success }]) => !success && ['inputs', 'extends'].includes(name))) return null;
  return { ...Object.fromEntries(fields.map(([name, { data }]) => [name, data])), stages: stages ?? [] };
}

/** The part that a file names, read as JSON, and its place; null when that is a problem. */
export function readPart(
  reference: string,
  at: string,
  place: Place,
  { problems, parts }: CheckContext,
): { readonly value: unknown; readonly place: Place } | null {
  if (parts === null) {
    problems.add(place, at, 'a pipeline that is no file can not name files');
    return null;
  }
  let file: PartFile;
  try {
    file = parts(reference, place.path);
  } catch (error) {
    problems.add(place, at, (error as Error).message);
    return null;
  }
  if (place.chain.includes(file.path)) {
    problems.add(place, at, `${shown(reference)} is in the end this file itself, a circle`);
    return null;
  }
  if (place.chain.length >= MAX_FILES) {
    problems.add(place, at, `files name files more than ${MAX_FILES} deep`);
    return null;
  }
  const inner: Place = {
    where: file.where,
    path: file.path,
    usedBy: `${place.where}: ${at}`,
    chain: [...place.chain, file.path],
  };
  const value = parseJson(file.text, inner, problems);
  return value === undefined ? null : { value, place: inner };
}

/** A pipeline with settings put in one after the other; those that fit nowhere are among the problems. */
export function withAll(
  source: PipelineSource,
  settings: Readonly<Record<string, unknown>>,
  at: string,
  place: Place,
  problems: Problems,
): PipelineSource {
  return Object.entries(settings).reduce((changed, [name, value]) => {
    try {
      return applySetting(changed, name, value);
    } catch (error) {
      problems.add(place, `${at}.${shortened(name)}`, (error as Error).message);
      return changed;
    }
  }, source);
}

/** The JSON of a pipeline as it stands, and with what it extends put in; null when it can't be told. */
export function sourceOf(value: unknown, place: Place, context: CheckContext): ResolvedSource | null {
  const own = readShape(value, place, context.problems);
  if (own === null) return null;
  if (own.extends === undefined) {
    if (own.set) context.problems.add(place, 'set', 'needs extends; write the values into the stages');
    const broken = new Set(own.stages.flatMap((raw, n) => (isObject(raw) ? [] : [n])));
    const source = { ...own, stages: own.stages.map((raw) => (isObject(raw) ? raw : {})) };
    return { own: source, source, place, broken };
  }
  const part = readPart(own.extends, 'extends', place, context);
  const base = part && sourceOf(part.value, part.place, context);
  if (base === null) return null;
  const { extends: _extends, set = {}, stages: _stages, ...told } = own;
  const said = Object.fromEntries(Object.entries(told).filter(([, given]) => given !== undefined));
  const source = withAll({ ...base.source, ...said }, set, 'set', place, context.problems);
  return { ...base, own, source };
}
