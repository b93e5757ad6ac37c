import type * as z from 'zod';
import { usageError } from '../audio/errors.ts';
import type { AnyStage } from './define-stage.ts';
import { explainIssues } from './explain-issues.ts';

/**
 * Checked parameters with some of them changed, for a stage that is running. A parameter marked `restart`, or a
 * list that changes its length, needs a newly prepared stage and is refused.
 */
export function changeParams(
  definition: AnyStage,
  present: object,
  changes: Readonly<Record<string, unknown>>,
  where: string,
): Record<string, unknown> {
  const given = { ...present, ...changes };
  const checked = definition.params.safeParse(given);
  if (!checked.success) {
    throw usageError(explainIssues(checked.error, given, definition.params, where).join('\n'));
  }
  const shape = definition.params.shape as Record<string, z.ZodType>;
  for (const [name, value] of Object.entries(checked.data)) {
    const before = (present as Record<string, unknown>)[name];
    const resized = Array.isArray(value) && Array.isArray(before) && value.length !== before.length;
    const differs = JSON.stringify(value) !== JSON.stringify(before);
    if (resized || (differs && shape[name].meta()?.change === 'restart')) {
      throw usageError(
        `${where}: "${name}" can't change while "${definition.name}" runs; start again with the new value`,
      );
    }
  }
  return checked.data;
}
