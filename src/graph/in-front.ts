import { usageError } from '../audio/errors.ts';
import { stageNamed } from '../stages/registry.ts';
import { mainOf } from './check-stage.ts';
import type { InputRef, PipelineDefinition, PipelineEntry, WantedFormat } from './definition.ts';

type Wired = Pick<PipelineDefinition, 'entries' | 'inputs' | 'outputs'>;

/** An entry that no file has; `where` is the option that asks for it. */
function frontEntry(id: string, stage: string, where: string, from: string, given: object): PipelineEntry {
  const definition = stageNamed(stage)!;
  const params = definition.params.parse(given);
  const plain = { key: null, channels: null, mix: 1, bypass: false, description: undefined };
  return { id, where, definition, params, inputs: [mainOf(from)], ...plain };
}

/** Refuses a rate that the pipeline would change again. */
function checkRate(rate: number, { entries }: Wired): void {
  const own = entries.find((entry) => entry.definition.changesRate);
  if (own === undefined) return;
  throw usageError(`--rate ${rate}: the pipeline sets its own rate; use --set ${own.id}.rate=${rate}`);
}

/**
 * A pipeline with its inputs brought to a rate and channels first, so that every ceiling and every reading in it holds for
 * what goes out.
 */
export function putInFront<T extends Wired>(pipeline: T, { rate, channels }: WantedFormat): T {
  if (rate !== undefined) checkRate(rate, pipeline);
  const front: PipelineEntry[] = [];
  const taken = new Map(pipeline.inputs.map((name) => [name, name]));
  const add = (id: string, stage: string, option: string, given: object): void => {
    pipeline.inputs.forEach((name, n) => {
      const own = n === 0 ? id : `${id}-${name}`;
      front.push(frontEntry(own, stage, option, taken.get(name)!, given));
      taken.set(name, own);
    });
  };
  if (channels !== undefined) add('to-channels', 'remix', '--channels', { channels });
  if (rate !== undefined) add('to-rate', 'resample', '--rate', { rate });
  const behind = (ref: InputRef): InputRef => ({ ...ref, from: taken.get(ref.from) ?? ref.from });
  const entries = pipeline.entries.map((entry) => ({
    ...entry,
    inputs: entry.inputs.map(behind),
    key: entry.key && behind(entry.key),
  }));
  const outputs = pipeline.outputs.map(({ name, from }) => ({ name, from: behind(from) }));
  return { ...pipeline, entries: [...front, ...entries], outputs };
}
