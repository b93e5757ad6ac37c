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

/** Refuses a rate that can't be had by one conversion in front. */
function checkRate(rate: number, { entries, inputs }: Wired): void {
  const own = entries.find((entry) => entry.definition.changesRate);
  if (own)
    throw usageError(`--rate ${rate}: the pipeline sets its own rate; use --set ${own.id}.rate=${rate}`);
  if (inputs.length > 1) {
    throw usageError(
      `--rate ${rate}: the pipeline takes ${inputs.join(', ')}, and only a single input is converted in front; put a resample behind the stage that joins them`,
    );
  }
}

/**
 * A pipeline with its inputs brought to a rate and channels first, so that every ceiling and every reading in it holds for
 * what goes out.
 */
export function putInFront<T extends Wired>(pipeline: T, { rate, channels }: WantedFormat): T {
  if (rate !== undefined) checkRate(rate, pipeline);
  const front: PipelineEntry[] = [];
  const standIns = pipeline.inputs.map((name, n) => {
    const suffix = n === 0 ? '' : `-${name}`;
    let last = name;
    const add = (id: string, stage: string, option: string, given: object): void => {
      front.push(frontEntry(`${id}${suffix}`, stage, option, last, given));
      last = `${id}${suffix}`;
    };
    if (channels !== undefined) add('to-channels', 'remix', '--channels', { channels });
    if (rate !== undefined) add('to-rate', 'resample', '--rate', { rate });
    return [name, last] as const;
  });
  const taken = new Map(standIns);
  const behind = (ref: InputRef): InputRef => ({ ...ref, from: taken.get(ref.from) ?? ref.from });
  const entries = pipeline.entries.map((entry) => ({
    ...entry,
    inputs: entry.inputs.map(behind),
    key: entry.key && behind(entry.key),
  }));
  const outputs = pipeline.outputs.map(({ name, from }) => ({ name, from: behind(from) }));
  return { ...pipeline, entries: [...front, ...entries], outputs };
}
