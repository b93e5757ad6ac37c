import { assignIds } from './assign-ids.ts';
import type { PipelineDefinition } from './definition.ts';
import { checkPipeline } from './parse-pipeline.ts';

type Raw = Readonly<Record<string, unknown>>;

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What a file says of the entry of an id that is of the same make. */
function find({ source }: PipelineDefinition, id: string, { stage, use }: Raw): Raw | undefined {
  const raw = source.stages[assignIds(source).indexOf(id)];
  return raw && same([raw.stage, raw.use], [stage, use]) ? raw : undefined;
}

/**
 * What a pipeline file that was edited asks of a running pipeline: where the file says what it said before, a value that
 * was moved meanwhile stays where it is.
 */
export function carryOver(
  fileBefore: PipelineDefinition,
  fileNow: PipelineDefinition,
  present: PipelineDefinition,
): PipelineDefinition {
  if (fileNow.source.extends !== undefined) return carryOverSettings(fileBefore, fileNow, present);
  const ids = assignIds(fileNow.source);
  const stages = fileNow.source.stages.map((raw, n) => {
    const old = find(fileBefore, ids[n], raw);
    const running = find(present, ids[n], raw);
    if (old === undefined || running === undefined) return raw;
    const moved = Object.entries(running).filter(([key]) => key !== 'id' && same(old[key], raw[key]));
    return { ...raw, ...Object.fromEntries(moved), id: ids[n] };
  });
  return checkPipeline({ ...fileNow.source, stages }, fileNow.origin);
}

/** What a setting comes to in a pipeline: the values of the parameters that it names, itself or as a knob. */
function comesTo({ parameters, entries }: PipelineDefinition, name: string): unknown[] {
  const paths = Object.hasOwn(parameters, name) ? parameters[name].to.map(({ path }) => path) : [name];
  return paths.flatMap((path) =>
    entries
      .filter(({ id }) => path.startsWith(`${id}.`))
      .map(({ id, params }) => params[path.slice(id.length + 1).split(/[.[]/)[0]]),
  );
}

/** The same of a file that extends another one: there all that was moved is among its settings. */
function carryOverSettings(
  fileBefore: PipelineDefinition,
  fileNow: PipelineDefinition,
  present: PipelineDefinition,
): PipelineDefinition {
  const [before, now, running] = [fileBefore, fileNow, present].map(({ source }) => source);
  if (before.extends !== now.extends || running.extends !== now.extends) return fileNow;
  const moved = Object.entries(running.set ?? {}).filter(
    ([name, value]) =>
      !same(value, now.set?.[name]) && same(comesTo(fileBefore, name), comesTo(fileNow, name)),
  );
  const names = moved.map(([name]) => name);
  const said = Object.entries(now.set ?? {}).filter(([name]) => !names.includes(name));
  return checkPipeline({ ...now, set: Object.fromEntries([...said, ...moved]) }, fileNow.origin);
}
