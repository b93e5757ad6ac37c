import { usageError } from '../audio/errors.ts';
import { IN, type PipelineDefinition } from './definition.ts';
import { definePipeline } from './parse-pipeline.ts';

type RawEntry = Readonly<Record<string, unknown>>;

/** What a caller wants of the output, whatever comes in. */
export interface WantedFormat {
  /** Hz. */
  readonly rate?: number | undefined;
  /** A layout's name or a number of channels. */
  readonly channels?: string | number | undefined;
}

/** A reference as written, with what comes in by another name. */
const renamed = (written: unknown, name: string): unknown => {
  if (Array.isArray(written)) return written.map((one) => renamed(one, name));
  if (typeof written === 'object' && written !== null) {
    return { ...written, from: renamed((written as RawEntry).from, name) };
  }
  return written === IN || written === `${IN}.main` ? name : written;
};

/** An entry that takes the id `name` where it took what comes in. */
const redirected = (entry: RawEntry, name: string): RawEntry =>
  Object.fromEntries(
    Object.entries(entry).map(([key, value]) => [
      key,
      key === 'input' || key === 'key' ? renamed(value, name) : value,
    ]),
  );

/**
 * The pipeline with its input brought to a rate and channels first, so that every ceiling and every reading in it holds for
 * what goes out.
 */
export function withFormat(definition: PipelineDefinition, wanted: WantedFormat): PipelineDefinition {
  const { rate, channels } = wanted;
  const front: RawEntry[] = [];
  if (channels !== undefined) front.push({ stage: 'remix', id: 'to-channels', channels });
  if (rate !== undefined) {
    const own = definition.entries.find((entry) => entry.definition.changesRate);
    if (own) {
      throw usageError(`--rate ${rate}: the pipeline sets its own rate; use --set ${own.id}.rate=${rate}`);
    }
    front.push({ stage: 'resample', id: 'to-rate', rate });
  }
  const last = front.at(-1);
  if (last === undefined) return definition;
  const stages = definition.source.stages.map((entry, n) =>
    redirected({ ...entry, id: definition.entries[n].id }, String(last.id)),
  );
  return definePipeline({ ...definition.source, stages: [...front, ...stages] }, definition.name);
}
