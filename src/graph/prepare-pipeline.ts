import { internalError, usageError } from '../audio/errors.ts';
import type { AudioFormat } from '../audio/format.ts';
import { Guard, type GuardReport } from '../dsp/guard.ts';
import { type KernelMemory, StateMemory } from '../dsp/kernel-memory.ts';
import { AlignedRun } from '../stages/aligned-run.ts';
import { needsRestart } from '../stages/change-params.ts';
import type { Readings, StageSnapshot } from '../stages/define-stage.ts';
import { IN, type InputRef, MAIN, type PipelineDefinition, type PipelineEntry } from './definition.ts';
import { EntryFormats } from './entry-formats.ts';
import { GraphNode, type Wire } from './node.ts';

/** A pipeline's whole state at a frame. */
export interface PipelineSnapshot {
  readonly stages: Readonly<Record<string, StageSnapshot>>;
  /** Delays, mixes, guard and frame counts. */
  readonly graph: Uint8Array;
}

/** A reading of one stage's interval. */
export interface StageReading {
  readonly id: string;
  readonly reading: Readings;
}

/** What a pipeline is prepared for. */
export interface PrepareOptions {
  readonly format: AudioFormat;
  /** Largest block, in frames. */
  readonly maxFrames: number;
  readonly memory: KernelMemory;
}

/** True when no stage of the pipeline changes a sample. */
export function isTransparent({ entries }: PipelineDefinition): boolean {
  return entries.every(
    ({ definition, bypass, inputs }) =>
      (definition.transparent || bypass) && inputs.length === 1 && inputs[0].gainDb === 0,
  );
}

/** Loads what the pipeline's stages need before they are prepared. */
export async function loadPipelineStages({ entries }: PipelineDefinition): Promise<void> {
  await Promise.all(entries.map(({ definition }) => definition.load?.()));
}

/** A pipeline that keeps its rate, at work: nodes in the order of the file, on one memory, each block through all of them at once. */
export class PreparedPipeline {
  readonly definition: PipelineDefinition;
  /** Takes blocks in and gives them out, aligned to the sample. */
  readonly run: AlignedRun;
  /** Frames from the input to the output, before alignment. */
  readonly latency: number;
  /** No stage changes a sample. */
  readonly transparent: boolean;
  readonly #guard: Guard | null;
  readonly #state: StateMemory;
  readonly #nodes: readonly GraphNode[];

  constructor(definition: PipelineDefinition, { format, maxFrames, memory }: PrepareOptions) {
    this.definition = definition;
    this.transparent = isTransparent(definition);
    this.#state = new StateMemory(memory);
    this.#guard = this.transparent ? null : new Guard(this.#state);

    const formats = new EntryFormats(definition.entries, format);
    const wires = new Map<string, ReadonlyMap<string, Wire>>();
    const find = ({ from, port }: InputRef): Wire => {
      const wire = wires.get(from)?.get(port);
      if (wire === undefined) throw internalError(`no wire "${from}.${port}"`);
      return wire;
    };
    const input = memory.planar(format.channels, maxFrames);
    wires.set(IN, new Map([[MAIN, { channels: input, latency: 0 }]]));
    const readers = countReaders(definition.entries);
    this.#nodes = definition.entries.map((entry) => {
      const taken = formats.input(entry);
      const node = new GraphNode({
        entry,
        processor: entry.definition.prepare({ format: taken, maxFrames, memory }, entry.params),
        state: this.#state,
        format: taken,
        outputFormat: formats.output(entry.id),
        maxFrames,
        inputs: entry.inputs.map(find),
        key: entry.key && find(entry.key),
        inPlace: entry.inputs.length === 1 && readers.get(nameOf(entry.inputs[0])) === 1,
      });
      wires.set(entry.id, node.wires);
      return node;
    });

    const last = definition.entries.at(-1);
    const outputId = last?.id ?? IN;
    const output = find({ from: outputId, port: MAIN, gainDb: 0 });
    this.latency = output.latency;
    this.run = new AlignedRun({
      format,
      outputFormat: formats.output(outputId),
      maxFrames,
      input,
      state: this.#state,
      guard: this.#guard,
      processor: {
        latency: output.latency,
        process: (_input, frames) => {
          for (const node of this.#nodes) node.process(frames);
          return output.channels;
        },
        end: (framesIn) => {
          for (const node of this.#nodes) node.end(framesIn);
        },
      },
    });
  }

  /** What the guard has replaced, or null when no stage needs one. */
  get guard(): GuardReport | null {
    return this.#guard?.report ?? null;
  }

  /** What every stage has measured, by id. */
  meters(): Readonly<Record<string, Readings>> {
    return Object.fromEntries(this.#nodes.map(({ id, processor }) => [id, processor.meters()]));
  }

  /** Readings of intervals that closed since the last call. */
  takeReadings(): readonly StageReading[] {
    return this.#nodes.flatMap(({ id, processor }) =>
      processor.takeReadings().map((reading) => ({ id, reading })),
    );
  }

  /** Glides the `live` parameters of an entry to new values, from the next block on. */
  setParams(id: string, params: object): void {
    this.#node(id).processor.set(params);
  }

  /** Takes over the state of the entries that a pipeline shares with this one. */
  adopt(other: PreparedPipeline): void {
    for (const { id, definition, params } of this.definition.entries) {
      const before = other.definition.entries.find((entry) => entry.id === id);
      if (before?.definition !== definition) continue;
      const { processor } = other.#node(id);
      if (needsRestart(definition, processor.params as object, params)) continue;
      this.#node(id).processor.restore(processor.snapshot());
      this.#node(id).processor.set(params);
    }
  }

  #node(id: string): GraphNode {
    const node = this.#nodes.find((one) => one.id === id);
    if (node === undefined) throw internalError(`no node "${id}"`);
    return node;
  }

  snapshot(): PipelineSnapshot {
    const stages = Object.fromEntries(this.#nodes.map(({ id, processor }) => [id, processor.snapshot()]));
    return { stages, graph: this.#state.snapshot() };
  }

  /** Takes back a snapshot of a pipeline with the same stages, prepared for the same format. */
  restore({ stages, graph }: PipelineSnapshot): void {
    // All checks first, so that a refused snapshot leaves the pipeline as it is.
    for (const { id, definition, params } of this.definition.entries) {
      if (!Object.hasOwn(stages, id)) throw usageError(`the snapshot has no stage "${id}"`);
      if (needsRestart(definition, params, stages[id].params as object)) {
        throw usageError(`the snapshot's stage "${id}" is set up in another way`);
      }
    }
    this.#state.restore(graph);
    for (const { id, processor } of this.#nodes) processor.restore(stages[id]);
  }
}

const nameOf = ({ from, port }: InputRef): string => `${from}.${port}`;

/** How many inputs and keys read each output. */
function countReaders(entries: readonly PipelineEntry[]): Map<string, number> {
  const readers = new Map<string, number>();
  for (const { inputs, key } of entries) {
    for (const ref of key ? [...inputs, key] : inputs) {
      readers.set(nameOf(ref), (readers.get(nameOf(ref)) ?? 0) + 1);
    }
  }
  return readers;
}
