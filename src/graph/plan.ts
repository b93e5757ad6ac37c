import type { AudioFormat } from '../audio/format.ts';
import {
  type InputRef,
  MAIN,
  type PipelineController,
  type PipelineDefinition,
  type PipelineEntry,
} from './definition.ts';
import type { PreparedPipeline } from './prepare-pipeline.ts';

/** A signal on its way into an entry. */
export interface PlannedInput {
  /** Id of the entry, or name of the input, that it comes from. */
  readonly from: string;
  readonly port: string;
  /** In dB. */
  readonly gain: number;
  /** Frames of delay that are put in to align it. */
  readonly delay: number;
}

/** One entry of a plan. */
export interface PlannedEntry {
  readonly id: string;
  readonly stage: string;
  /** Every parameter, defaults included. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly inputs: readonly PlannedInput[];
  readonly key: PlannedInput | null;
  readonly mix: number;
  readonly bypass: boolean;
  /** Of what it takes and of what it gives. */
  readonly format: AudioFormat;
  readonly outputFormat: AudioFormat;
  /** Frames by which the stage itself is late, and its output behind what comes in or the last change of rate. */
  readonly latency: number;
  readonly totalLatency: number;
  /** Frames by which the dry signal is delayed, 0 without one. */
  readonly dryDelay: number;
}

/** A controller of a plan. */
export interface PlannedController {
  readonly id: string;
  readonly controller: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Seconds of the stream between its looks. */
  readonly interval: number;
  /** Ids of the entries that it listens to, and `id.parameter` of what it moves. */
  readonly hears: readonly string[];
  readonly moves: readonly string[];
}

/** A signal on its way out. */
export interface PlannedOutput {
  readonly name: string;
  readonly from: string;
  readonly port: string;
}

/** One way through the graph. */
export interface PlannedPath {
  /** Names of where it begins and ends. */
  readonly input: string;
  readonly output: string;
  readonly entries: readonly string[];
  /** Frames by which the stages on it are late, and frames of delay put in. */
  readonly latency: number;
  readonly delay: number;
}

/** What a pipeline is going to do, for people to read before it runs. */
export interface Plan {
  readonly name: string;
  readonly description: string | undefined;
  readonly format: AudioFormat;
  /** Of `main`. */
  readonly outputFormat: AudioFormat;
  /** Names of what comes in. */
  readonly inputs: readonly string[];
  /** What goes out; the first is `main`. */
  readonly outputs: readonly PlannedOutput[];
  /** In the order in which they run. */
  readonly entries: readonly PlannedEntry[];
  readonly controllers: readonly PlannedController[];
  /** Entries that work one after the other in the same arrays, without a copy in between. */
  readonly runs: readonly (readonly string[])[];
  /** Ways from the inputs to the outputs; the first 32 to each. */
  readonly paths: readonly PlannedPath[];
  /** Frames of the input by which the output is late before it is aligned. */
  readonly latency: number;
}

const MOST_PATHS = 32;

/** Describes a prepared pipeline. */
export function planPipeline(definition: PipelineDefinition, prepared: PreparedPipeline): Plan {
  const latencies = new Map(prepared.entries.map(({ id, latency }) => [id, latency]));
  const entries = definition.entries.map((entry, n) => {
    const { latency: totalLatency, processor, format, outputFormat } = prepared.entries[n];
    const arrival = totalLatency - processor.latency;
    const inputOf = ({ from, port, gainDb }: InputRef): PlannedInput => ({
      from,
      port,
      gain: gainDb,
      // What changes the rate begins a new count behind an aligned segment.
      delay: entry.definition.changesRate ? 0 : arrival - (latencies.get(from) ?? 0),
    });
    const mixes = entry.mix < 1 || entry.bypass;
    return {
      id: entry.id,
      stage: entry.definition.name,
      params: entry.params,
      inputs: entry.inputs.map(inputOf),
      key: entry.key && inputOf(entry.key),
      mix: entry.mix,
      bypass: entry.bypass,
      format,
      outputFormat,
      latency: processor.latency,
      totalLatency,
      dryDelay: mixes ? processor.latency : 0,
    };
  });
  const { inputs } = definition;
  const outputs = definition.outputs.map(({ name, from: { from, port } }) => ({ name, from, port }));
  return {
    name: definition.name,
    description: definition.description,
    format: prepared.run.format,
    outputFormat: prepared.run.outputFormat,
    inputs,
    outputs,
    entries,
    controllers: definition.controllers.map(planController),
    runs: fusedRuns(definition.entries, prepared),
    paths: pathsThrough(inputs, entries, outputs),
    latency: prepared.latency,
  };
}

function planController({ id, definition, params, hears, drives }: PipelineController): PlannedController {
  return {
    id,
    controller: definition.name,
    params,
    interval: definition.interval,
    hears: Object.values(hears),
    moves: Object.entries(drives).flatMap(([role, driven]) =>
      definition.drives[role].moves.map((parameter) => `${driven}.${parameter}`),
    ),
  };
}

function fusedRuns(entries: readonly PipelineEntry[], prepared: PreparedPipeline): string[][] {
  const runs: string[][] = [];
  const changing = new Set(entries.filter(({ definition }) => definition.changesRate).map(({ id }) => id));
  entries.forEach(({ id, inputs }, n) => {
    const before = prepared.entries[n].gathers
      ? undefined
      : runs.find((run) => run.at(-1) === inputs[0].from);
    if (before && inputs[0].port === MAIN && !changing.has(inputs[0].from)) before.push(id);
    else runs.push([id]);
  });
  return runs;
}

/** Ways from inputs to outputs, built up entry by entry, so that no number of forks and joins takes long. */
function pathsThrough(
  inputs: readonly string[],
  entries: readonly PlannedEntry[],
  outputs: readonly PlannedOutput[],
): readonly PlannedPath[] {
  type Way = Omit<PlannedPath, 'output'>;
  const ways = new Map<string, readonly Way[]>();
  for (const input of inputs) ways.set(input, [{ input, entries: [], latency: 0, delay: 0 }]);
  for (const entry of entries) {
    const through = entry.inputs.flatMap(({ from, delay }) =>
      (ways.get(from) ?? []).map((way) => ({
        input: way.input,
        entries: [...way.entries, entry.id],
        latency: way.latency + entry.latency,
        delay: way.delay + delay,
      })),
    );
    ways.set(entry.id, through.slice(0, MOST_PATHS));
  }
  return outputs.flatMap(({ name, from }) => (ways.get(from) ?? []).map((way) => ({ ...way, output: name })));
}
