import { AuralisError, pipelineError } from '../audio/errors.ts';
import { needsRestart } from '../stages/change-params.ts';
import type { PipelineController, PipelineDefinition, PipelineEntry } from './definition.ts';
import { type Curve, movesBetween } from './move.ts';
import { withSetting } from './settings.ts';

/** One parameter to another value. */
export interface Setting {
  /** Name of the parameter, as in `limiter.ceiling` or `eq.bands[0].gain`. */
  readonly set: string;
  readonly to: unknown;
  /** Length of the way; 0: at once, as smoothly as the stage does it. */
  readonly frames: number;
  readonly curve: Curve;
}

/** What is to change: one parameter, or the whole pipeline. */
export type Action = Setting | { readonly pipeline: PipelineDefinition };

/** Something that changes at a frame of the output. */
export interface Change {
  readonly frame: number;
  readonly action: Action;
  /** What asks for it, as messages call it. */
  readonly where?: string;
}

/** Does something that a change needs; what is wrong is told with what asks for it in front. */
export function askedBy<T>(where: string | undefined, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof AuralisError) || where === undefined) throw error;
    throw pipelineError(`${where}: ${error.message.replaceAll('\n', `\n${where}: `)}`, { cause: error });
  }
}

/** The pipeline after an action, checked. */
export function after(definition: PipelineDefinition, action: Action): PipelineDefinition {
  return 'pipeline' in action ? action.pipeline : withSetting(definition, action.set, action.to);
}

/** What an entry is apart from its parameters, as text to compare. */
const wiringOf = ({ params: _, definition, ...wiring }: PipelineEntry): string =>
  JSON.stringify([definition.name, { ...wiring, description: undefined, where: undefined }]);

/** What comes in and goes out by name stays while audio flows: streams hang on it. */
export function checkEnds(before: PipelineDefinition, after: PipelineDefinition): void {
  const endsOf = ({ inputs, outputs }: PipelineDefinition): string =>
    `${inputs.join(', ')} to ${outputs.map(({ name }) => name).join(', ')}`;
  if (endsOf(before) === endsOf(after)) return;
  throw pipelineError(
    `${after.name}: goes from ${endsOf(after)}, the pipeline at work from ${endsOf(before)}; inputs and outputs stay`,
  );
}

/** What a controller is, as text to compare. */
export const controllerText = ({ definition, description: _, ...rest }: PipelineController): string =>
  JSON.stringify([definition.name, rest]);

/** Whether pipelines have the same controllers. */
export const sameControllers = (a: PipelineDefinition, b: PipelineDefinition): boolean =>
  a.controllers.map(controllerText).join() === b.controllers.map(controllerText).join();

/** Whether a pipeline differs from another by values alone that its running stages can glide to. */
export function canGlide(before: PipelineDefinition, next: PipelineDefinition): boolean {
  return (
    JSON.stringify(before.outputs) === JSON.stringify(next.outputs) &&
    before.entries.length === next.entries.length &&
    next.entries.every((entry, n) => {
      const old = before.entries[n];
      if (entry === old) return true;
      return wiringOf(entry) === wiringOf(old) && !needsRestart(entry.definition, old.params, entry.params);
    })
  );
}

/** Whether pipelines differ in more than numbers, so that what checks out may still not fit an audio format. */
export function needsTrial(before: PipelineDefinition, next: PipelineDefinition): boolean {
  return (
    !canGlide(before, next) ||
    movesBetween(before, next, { frame: 0, frames: 0, curve: 'hold' }).some(({ leaves }) =>
      leaves.some(({ to }) => typeof to !== 'number'),
    )
  );
}
