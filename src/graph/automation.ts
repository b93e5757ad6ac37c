import { AuralisError, pipelineError } from '../audio/errors.ts';
import { explainIssues } from '../stages/explain-issues.ts';
import { type AutomationEntry, moveSchema, takeoverSchema } from './automation-schema.ts';
import { type Action, after, askedBy, type Change, canGlide } from './change.ts';
import type { PipelineDefinition } from './definition.ts';
import { movesBetween } from './move.ts';
import { definePipeline } from './parse-pipeline.ts';
import { errorOf } from './problems.ts';
import { withFormat } from './with-format.ts';

/** An entry of an automation, checked, and what stands in front of messages about it. */
export interface PlannedMove {
  readonly where: string;
  readonly entry: AutomationEntry;
}

/** Checks one entry of an automation, given as a value. */
function planMove(value: unknown, where: string): PlannedMove {
  const schema =
    typeof value === 'object' && value !== null && 'pipeline' in value ? takeoverSchema : moveSchema;
  const checked = schema.safeParse(value);
  if (!checked.success) throw pipelineError(explainIssues(checked.error, value, schema, where).join('\n'));
  return { where, entry: checked.data };
}

/** Runs `read` on each of many and raises all their problems at once. */
function collect<T, R>(items: readonly T[], read: (item: T, n: number) => R): R[] {
  const problems: string[] = [];
  const results = items.flatMap((item, n) => {
    try {
      return [read(item, n)];
    } catch (error) {
      if (!(error instanceof AuralisError)) throw error;
      problems.push(error.message);
      return [];
    }
  });
  if (problems.length > 0) throw errorOf(problems);
  return results;
}

/** Reads one line: an object, with the word in front that a report has there, or null for another line of a report. */
function parseLine(line: string, where: string): object | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw pipelineError(`${where}: not JSON, expected one object a line`, { cause });
  }
  if (typeof value !== 'object' || value === null) {
    throw pipelineError(`${where}: expected an object such as {"at": 3, "set": "limiter.ceiling", "to": -2}`);
  }
  const { type = 'move', ...move } = value as { readonly type?: unknown };
  return type === 'move' ? move : null;
}

/** Reads moves, one JSON object a line; a run's report will do. `where` names the file in messages. */
export function parseMoves(text: string, where: string): PlannedMove[] {
  const lines = text.split('\n').map((line, n) => ({ line, place: `${where}:${n + 1}` }));
  const moves = collect(
    lines.filter(({ line }) => line.trim() !== ''),
    ({ line, place }) => {
      const value = parseLine(line, place);
      return value && planMove(value, place);
    },
  );
  return moves.filter((move) => move !== null);
}

/** Checks moves given as values; `where` names the list in messages. */
export function planMoves(values: readonly object[], where: string): PlannedMove[] {
  return collect(values, (value, n) => planMove(value, `${where}[${n}]`));
}

/** The moves that stand in a pipeline file. */
export function ownMoves({ name, automation }: PipelineDefinition): PlannedMove[] {
  return planMoves(automation, `${name}: automation`);
}

/** A whole pipeline, in the place of one that has an origin. */
function pipelineIn(pipeline: unknown, { origin }: PipelineDefinition): PipelineDefinition {
  return withFormat(definePipeline(pipeline, 'pipeline', origin.registry), origin.wanted ?? {});
}

function actionOf(entry: AutomationEntry, sampleRate: number, present: PipelineDefinition): Action {
  if ('pipeline' in entry) return { pipeline: pipelineIn(entry.pipeline, present) };
  const { set, to, over, curve } = entry;
  return { set, to, curve, frames: curve === 'hold' ? 0 : Math.round(over * sampleRate) };
}

/** Frame at which an entry changes something. */
function frameOf(entry: AutomationEntry, sampleRate: number): number {
  const begin = entry.frame ?? Math.round((entry.at ?? 0) * sampleRate);
  return 'set' in entry && entry.curve === 'hold' ? begin + Math.round(entry.over * sampleRate) : begin;
}

/** Refuses a way that the values can't go. */
function checkWay(before: PipelineDefinition, next: PipelineDefinition, action: Action): void {
  if (!('set' in action) || action.frames === 0) return;
  const { set, curve, frames } = action;
  if (!canGlide(before, next)) {
    throw pipelineError(`${set} needs a second graph and can't take time to change; leave out over`);
  }
  for (const { leaves } of movesBetween(before, next, { frame: 0, frames, curve })) {
    for (const { from, to } of leaves) {
      if (typeof from !== 'number' || typeof to !== 'number') {
        throw pipelineError(`${set} is not a number and can't take time to change; leave out over`);
      }
      if (curve === 'exponential' && !(from * to > 0)) {
        throw pipelineError(
          `${set} from ${from} to ${to}: exponential needs two values of one sign; use linear`,
        );
      }
    }
  }
}

/**
 * The changes that an automation asks for at the sample rate of the output, each tried on the pipeline as those before left it.
 * @throws AuralisError of kind `pipeline` with all problems, a line each
 */
export function automationChanges(
  definition: PipelineDefinition,
  moves: readonly PlannedMove[],
  sampleRate: number,
): Change[] {
  let present = definition;
  return collect(moves, ({ where, entry }) =>
    askedBy(where, () => {
      const action = actionOf(entry, sampleRate, present);
      const next = after(present, action);
      checkWay(present, next, action);
      present = next;
      return { frame: frameOf(entry, sampleRate), action, where };
    }),
  );
}

/** A change as an entry of an automation: what replays it. */
export function entryOf({ frame, action }: Change): object {
  return 'pipeline' in action
    ? { frame, pipeline: action.pipeline.source }
    : { frame, set: action.set, to: action.to };
}
