import type * as z from 'zod';
import { usageError } from '../audio/errors.ts';
import type { AnyStage } from './define-stage.ts';
import { explainIssues } from './explain-issues.ts';

/** Parameters with some of them changed and checked, and whether the stage can glide to them or must start anew. */
export interface ChangedParams {
  readonly params: Record<string, unknown>;
  /** A parameter marked `restart` differs, or a list has another length. */
  readonly restart: boolean;
}

/** Changes some parameters of a stage; `where` stands in front of messages. */
export function changeParams(
  definition: AnyStage,
  present: object,
  changes: Readonly<Record<string, unknown>>,
  where: string,
): ChangedParams {
  const given = { ...present, ...changes };
  const checked = definition.params.safeParse(given);
  if (!checked.success) {
    throw usageError(explainIssues(checked.error, given, definition.params, where).join('\n'));
  }
  return { params: checked.data, restart: needsRestart(definition, present, checked.data) };
}

/** Whether a running stage must be prepared anew to take other parameters; one that is left out counts as another value. */
export function needsRestart(definition: AnyStage, before: object, after: object): boolean {
  const [old, next] = [before, after] as readonly Record<string, unknown>[];
  const shape = definition.params.shape as Readonly<Record<string, z.ZodType>>;
  return Object.keys(shape).some((name) => {
    const was = old[name];
    const value = next[name];
    if (was === value) return false;
    if (Array.isArray(value) && Array.isArray(was) && value.length !== was.length) return true;
    return shape[name].meta()?.change === 'restart' && JSON.stringify(value) !== JSON.stringify(was);
  });
}
