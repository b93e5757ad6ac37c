import { pipelineError, usageError } from '../audio/errors.ts';
import { didYouMean } from '../audio/nearest.ts';
import type { PipelineDefinition } from './definition.ts';
import { definePipeline } from './parse-pipeline.ts';

/** A value as typed: a number, true, false, a JSON list or object, else a word. */
function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Path of a setting: `eq.bands[0].gain` or `eq.bands.0.gain`. */
const pathOf = (name: string): string[] => name.replace(/\[(\d+)\]/g, '.$1').split('.');

/** A copy of `target` with the value at `path` replaced. */
function withValue(target: unknown, path: readonly string[], value: unknown): unknown {
  if (path.length === 0) return value;
  const [key, ...rest] = path;
  if (Array.isArray(target)) {
    const copy = [...target];
    copy[Number(key)] = withValue(copy[Number(key)], rest, value);
    return copy;
  }
  const object = (target ?? {}) as Record<string, unknown>;
  return { ...object, [key]: withValue(object[key], rest, value) };
}

/** The pipeline with one value replaced, at a path such as `limiter.ceiling` or `eq.bands[0].gain`, and checked again. */
export function withSetting(
  definition: PipelineDefinition,
  name: string,
  value: unknown,
): PipelineDefinition {
  const [id, ...path] = pathOf(name);
  const ids = definition.entries.map((entry) => entry.id);
  const n = ids.indexOf(id);
  if (n < 0 || path.length === 0) {
    const hint = didYouMean(id, ids) || (ids.length > 0 ? `, known are ${ids.join(', ')}` : '');
    throw pipelineError(`${name}: no entry is called "${id}"${hint}`);
  }
  // Ids that were numbered by place are written down, so that they stand for the same entry when checked again.
  const stages: unknown[] = definition.source.stages.map((raw, at) => ({ ...raw, id: ids[at] }));
  stages[n] = withValue(stages[n], path, value);
  return definePipeline({ ...definition.source, stages }, definition.name);
}

/** The pipeline with settings as typed, such as `limiter.ceiling=-2`, put in and checked again. */
export function withSettings(
  definition: PipelineDefinition,
  settings: readonly string[],
): PipelineDefinition {
  return settings.reduce((changed, setting) => {
    const at = setting.indexOf('=');
    if (at < 0 || !setting.slice(0, at).includes('.')) {
      throw usageError(`--set ${setting}: expected id.parameter=value, for instance limiter.ceiling=-2`);
    }
    return withSetting(changed, setting.slice(0, at), parseValue(setting.slice(at + 1)));
  }, definition);
}
