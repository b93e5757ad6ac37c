import type { PipelineDefinition, PipelineEntry } from './definition.ts';
import { definePipeline } from './parse-pipeline.ts';

type Raw = Readonly<Record<string, unknown>>;

/** An entry of a pipeline and what its file says of it. */
function find({ entries, source }: PipelineDefinition, { id, definition }: PipelineEntry): Raw | undefined {
  const n = entries.findIndex((entry) => entry.id === id && entry.definition === definition);
  return source.stages[n];
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/**
 * What a pipeline file that was edited asks of a running pipeline: where the file says what it said before, a value that
 * was moved meanwhile stays where it is.
 */
export function carryOver(
  fileBefore: PipelineDefinition,
  fileNow: PipelineDefinition,
  present: PipelineDefinition,
): PipelineDefinition {
  const stages = fileNow.source.stages.map((raw, n) => {
    const entry = fileNow.entries[n];
    const old = find(fileBefore, entry);
    const running = find(present, entry);
    if (old === undefined || running === undefined) return raw;
    const moved = Object.entries(running).filter(([key]) => key !== 'id' && same(old[key], raw[key]));
    return { ...raw, ...Object.fromEntries(moved), id: entry.id };
  });
  return definePipeline({ ...fileNow.source, stages }, fileNow.name);
}
