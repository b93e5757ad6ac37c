import { needsRestart } from '../stages/change-params.ts';
import type { PipelineDefinition, PipelineEntry } from './definition.ts';
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
}

/** The pipeline after an action, checked. */
export function after(definition: PipelineDefinition, action: Action): PipelineDefinition {
  return 'pipeline' in action ? action.pipeline : withSetting(definition, action.set, action.to);
}

/** What an entry is apart from its parameters, as text to compare. */
const wiringOf = ({ params: _, definition, ...wiring }: PipelineEntry): string =>
  JSON.stringify([definition.name, { ...wiring, description: undefined, where: undefined }]);

/** Whether a pipeline differs from another by values alone that its running stages can glide to. */
export function canGlide(before: PipelineDefinition, next: PipelineDefinition): boolean {
  return (
    JSON.stringify(before.outputs) === JSON.stringify(next.outputs) &&
    before.entries.length === next.entries.length &&
    next.entries.every((entry, n) => {
      const old = before.entries[n];
      return wiringOf(entry) === wiringOf(old) && !needsRestart(entry.definition, old.params, entry.params);
    })
  );
}

/** Changes that happen together. */
export interface Appointment {
  /** Frame of the output at which they are heard. */
  readonly frame: number;
  /** Frame of the input at which work on them begins: earlier where a second graph has to be primed. */
  readonly begins: number;
  readonly actions: readonly Action[];
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

/**
 * When work on each change has to begin. Changes are tried in the order given, those of one frame together. `begin` says
 * at which frame of the input work on one begins, `tryOut` is called with what needs a trial.
 * @throws AuralisError of kind `pipeline` for a change that does not fit the pipeline at its time
 */
export function appointments(
  definition: PipelineDefinition,
  changes: readonly Change[],
  begin: (frame: number, next: PipelineDefinition, glides: boolean) => number,
  tryOut: (definition: PipelineDefinition) => void,
): Appointment[] {
  const made: Appointment[] = [];
  let present = definition;
  for (let n = 0; n < changes.length; ) {
    const { frame } = changes[n];
    const actions: Action[] = [];
    while (n < changes.length && changes[n].frame === frame) actions.push(changes[n++].action);
    const next = actions.reduce(after, present);
    if (needsTrial(present, next)) tryOut(next);
    const begins = begin(frame, next, canGlide(present, next));
    made.push({ frame, begins, actions });
    present = next;
  }
  return made.sort((a, b) => a.begins - b.begins);
}
