import type * as z from 'zod';
import { pipelineError, usageError } from '../audio/errors.ts';
import { quoted, shortened } from '../audio/shown.ts';
import { applySetting } from './apply-setting.ts';
import type { PipelineDefinition, PipelineEntry, PipelineSource } from './definition.ts';
import { checkPipeline } from './parse-pipeline.ts';

/** A value as typed: a number, true, false, a JSON list or object, else a word. */
function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * The pipeline with one value replaced, at a path such as `limiter.ceiling` or `eq.bands[0].gain`, or one of its own
 * parameters set, and checked again.
 */
export function withSetting(
  definition: PipelineDefinition,
  name: string,
  value: unknown,
): PipelineDefinition {
  const number = withNumber(definition, name, value);
  return number ?? checkPipeline(changed(definition, name, value), definition.origin);
}

/**
 * The pipeline with a number that a stage of the file itself can glide to: of all checks only that of its parameters can come
 * to another end, and a controller sets several numbers a second. Null where that is not all, or where it fails.
 */
function withNumber(definition: PipelineDefinition, name: string, value: unknown): PipelineDefinition | null {
  const { entries, source } = definition;
  const { stages, parameters = {}, extends: base } = source;
  const [id, key, ...deeper] = name.split('.');
  const plain = base === undefined && entries.length === stages.length && !stages.some((raw) => 'use' in raw);
  if (!plain || typeof value !== 'number' || deeper.length > 0 || Object.hasOwn(parameters, id)) return null;
  const n = entries.findIndex((entry) => entry.id === id);
  const shape = (entries[n]?.definition.params.shape ?? {}) as Record<string, z.ZodType>;
  if (!Object.hasOwn(shape, key) || shape[key].meta()?.change === 'restart') return null;
  const entry = entries[n];
  const params = withChecked(entry, key, value);
  if (params === null) return null;
  return {
    ...definition,
    source: { ...source, stages: stages.with(n, { ...stages[n], [key]: value }) },
    entries: entries.with(n, { ...entry, params }),
  };
}

/** An entry's parameters with one number replaced; only that is checked where they have nothing to do with one another. */
function withChecked(
  { definition, params }: PipelineEntry,
  key: string,
  value: number,
): PipelineEntry['params'] | null {
  const { shape, def } = definition.params;
  if ((def.checks ?? []).length > 0)
    return definition.params.safeParse({ ...params, [key]: value }).data ?? null;
  const checked = (shape[key] as z.ZodType).safeParse(value);
  return checked.success ? { ...params, [key]: checked.data } : null;
}

function changed({ source }: PipelineDefinition, name: string, value: unknown): PipelineSource {
  try {
    return applySetting(source, name, value);
  } catch (cause) {
    throw pipelineError(`${shortened(name)}: ${(cause as Error).message}`, { cause });
  }
}

/** The pipeline with settings as typed, such as `limiter.ceiling=-2` or `warmth=3`, put in and checked again. */
export function withSettings(
  definition: PipelineDefinition,
  settings: readonly string[],
): PipelineDefinition {
  return settings.reduce((present, setting) => {
    const at = setting.indexOf('=');
    if (at <= 0) {
      throw usageError(
        `--set ${quoted(setting)}: expected id.parameter=value, for instance limiter.ceiling=-2`,
      );
    }
    return withSetting(present, setting.slice(0, at), parseValue(setting.slice(at + 1)));
  }, definition);
}
