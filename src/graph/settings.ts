import { pipelineError, usageError } from '../audio/errors.ts';
import { quoted, shortened } from '../audio/shown.ts';
import { applySetting } from './apply-setting.ts';
import type { PipelineDefinition, PipelineSource } from './definition.ts';
import { MovedNumbers } from './moved-numbers.ts';
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
  const numbers = new MovedNumbers(definition);
  const dot = name.indexOf('.');
  if (typeof value === 'number' && dot >= 0 && numbers.move(name.slice(0, dot), name.slice(dot + 1), value))
    return numbers.definition;
  return checkPipeline(changed(definition, name, value), definition.origin);
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
