import type { Planar } from '../audio/block.ts';
import { usageError } from '../audio/errors.ts';
import type { AudioFormat } from '../audio/format.ts';
import { type KernelMemory, StateMemory } from '../dsp/kernel-memory.ts';
import { Guard, type GuardReport } from '../dsp/levels/guard.ts';
import type { AlignedRun } from '../stages/aligned-run.ts';
import { ChainRun } from '../stages/chain-run.ts';
import { needsRestart } from '../stages/change-params.ts';
import type { AnyStage, Readings, StageProcessor, StageSnapshot } from '../stages/define-stage.ts';
import { RateChangeRun } from '../stages/rate-change-run.ts';
import type { PipelineDefinition, PipelineEntry } from './definition.ts';
import { type Makes, makesOf } from './make.ts';
import type { Move } from './move.ts';
import type { PlayingMove } from './move-player.ts';
import { type OnPrepared, PreparedSegment } from './prepared-segment.ts';
import type { FindRelay, Relay, StageReading } from './relay.ts';
import { segmentsOf } from './segments.ts';
import { isTransparent } from './transparent.ts';

/** A pipeline's whole state at a frame. */
export interface PipelineSnapshot {
  /** What the stages were prepared with. */
  readonly makes: Makes;
  readonly stages: Readonly<Record<string, StageSnapshot>>;
  /** Delays, mixes and frame counts. */
  readonly graph: Uint8Array;
  /** What has been replaced. */
  readonly guard: Uint8Array;
}

/** What an entry is doing. */
export interface StageActivity {
  readonly id: string;
  /** Highest sample that left it since the last call, linear; null where it is not noted. */
  readonly peak: number | null;
  /** What its stage measures, where it changes samples. */
  readonly meters: Readings;
}

/** What a pipeline is prepared for. */
export interface PrepareOptions {
  readonly format: AudioFormat;
  /** Largest block, in frames. */
  readonly maxFrames: number;
  readonly memory: KernelMemory;
  /** Guards also what no stage could be harmed by. @default false */
  readonly alwaysGuard?: boolean;
  /** Notes the level that leaves each entry, for `takeActivity`. @default false */
  readonly levels?: boolean;
  /** Called with every stage before it works for the first time, for who watches it. */
  readonly onPrepared?: OnPrepared | undefined;
  /** Finds others who process some of the nodes, where the pipeline keeps its rate. */
  readonly relay?: FindRelay | undefined;
}

/** An entry at work. */
export interface PreparedEntry {
  readonly id: string;
  readonly definition: AnyStage;
  readonly processor: StageProcessor;
  /** What it takes and gives, all channels. */
  readonly format: AudioFormat;
  readonly outputFormat: AudioFormat;
  /** Frames by which its output is behind what comes into its segment, at the segment's rate. */
  readonly latency: number;
  /** Whether its input is copied or summed into arrays of its own. */
  readonly gathers: boolean;
}

/** Loads what the pipeline's stages need before they are prepared. */
export async function loadPipelineStages({ entries }: PipelineDefinition): Promise<void> {
  await Promise.all(entries.map(({ definition }) => definition.load?.()));
}

/**
 * A pipeline at work, on one memory. Where it changes its rate it is cut: each segment runs at one rate and is aligned in
 * itself, so that all of it is aligned to the frame.
 */
export class PreparedPipeline {
  readonly definition: PipelineDefinition;
  /** Of each output, whether no stage changes a sample on the way from the first input. */
  readonly transparent: readonly boolean[];
  /**
   * Takes blocks in and gives them out, aligned to the sample. Where the pipeline has several inputs or outputs their
   * channels stand side by side in one block, in its order; `sideBySide` takes them apart.
   */
  readonly run: AlignedRun | ChainRun;
  /** Frames from the input to the output, before alignment, at the rate of the input. */
  readonly latency: number;
  /** In the order of the file. */
  readonly entries: readonly PreparedEntry[];
  readonly #guard: Guard | null;
  /** Apart from the rest, because what was replaced is counted for the whole stream. */
  readonly #guardState: StateMemory;
  readonly #state: StateMemory;
  /** One, and one more behind each change of the rate. */
  readonly segments: readonly PreparedSegment[];

  constructor(definition: PipelineDefinition, options: PrepareOptions) {
    const { format, memory, alwaysGuard = false, levels = false, onPrepared } = options;
    this.definition = definition;
    this.#state = new StateMemory(memory);
    this.transparent = definition.outputs.map(({ name }) => isTransparent(definition, format, name));
    const processes = this.transparent.includes(false);
    this.#guardState = new StateMemory(memory);
    this.#guard = processes || alwaysGuard ? new Guard(this.#guardState, format.channels) : null;

    const segments: PreparedSegment[] = [];
    const entries: PreparedEntry[] = [];
    const runs: (AlignedRun | RateChangeRun)[] = [];
    let spec = { format, maxFrames: options.maxFrames, memory };
    const parts = segmentsOf(definition);
    const relay = parts.length === 1 ? options.relay : undefined;
    for (const { definition: part, changes } of parts) {
      const guard = segments.length === 0 ? this.#guard : null;
      const segment = new PreparedSegment(part, {
        ...spec,
        state: this.#state,
        guard,
        levels,
        onPrepared,
        relay,
      });
      segments.push(segment);
      entries.push(...segment.nodes);
      runs.push(segment.run);
      if (changes.length === 0) break;
      const taken = { ...spec, format: segment.run.outputFormat };
      const { processor, run } = this.#openChange(changes, taken);
      onPrepared?.(changes[0].id, processor);
      for (const { id, definition: stage } of changes) {
        const ends = { format: taken.format, outputFormat: run.outputFormat };
        entries.push({ id, definition: stage, processor, ...ends, latency: 0, gathers: true });
      }
      runs.push(run);
      spec = { ...spec, format: run.outputFormat, maxFrames: run.maxFramesOut };
    }
    this.segments = segments;
    this.entries = entries;
    this.run = segments.length === 1 ? segments[0].run : new ChainRun(runs, memory);
    const latency = segments.reduce(
      (sum, { latency, run }) => sum + (latency * format.sampleRate) / run.format.sampleRate,
      0,
    );
    this.latency = Math.round(latency);
  }

  /** One stage for all signals, side by side, so that they stay together. */
  #openChange(changes: readonly PipelineEntry[], spec: Omit<PrepareOptions, 'alwaysGuard'>) {
    const [{ definition, params }] = changes;
    const layout = changes.flatMap(() => spec.format.layout);
    const wide = { ...spec, format: { ...spec.format, channels: layout.length, layout } };
    const processor: StageProcessor = definition.prepare(wide, params);
    const outputFormat = definition.outputFormat(spec.format, params);
    const outputFormats = changes.map(() => outputFormat);
    const run = new RateChangeRun({ processor, outputFormats, spec: wide, state: this.#state, guard: null });
    return { processor, run };
  }

  /** What the guard has replaced, or null when no stage needs one. */
  get guard(): GuardReport | null {
    return this.#guard?.report ?? null;
  }

  /** What every stage has measured, by id. */
  meters(): Readonly<Record<string, Readings>> {
    const here = this.#here.map(({ id, processor }) => [id, processor.meters()]);
    return { ...Object.fromEntries(here), ...this.#relay?.meters() };
  }

  /** What one stage has measured, or null where there is none of that id. */
  glanceAt(id: string): Readings | null {
    const entry = this.#here.find((one) => one.id === id);
    return entry?.processor.glance() ?? this.#relay?.meters()[id] ?? null;
  }

  /** What every entry is doing; levels only where the pipeline was prepared with them. */
  takeActivity(): readonly StageActivity[] {
    const peaks = new Map(
      this.segments.flatMap(({ nodes }) => nodes.map((node) => [node.id, node.takePeak()] as const)),
    );
    return this.entries.map(({ id, definition, processor }) => ({
      id,
      peak: peaks.get(id) ?? null,
      meters: definition.transparent ? {} : processor.meters(),
    }));
  }

  /** Readings of intervals that closed since the last call. */
  takeReadings(): readonly StageReading[] {
    const here = this.#here.flatMap(({ id, processor }) =>
      processor.takeReadings().map((reading) => ({ id, reading })),
    );
    return [...here, ...(this.#relay?.takeReadings() ?? [])];
  }

  /**
   * Moves `live` parameters of an entry; `origin` is the frame of the output at which this pipeline heard its first
   * input, which is one of every segment's too. A move that was under way before a snapshot has its `next` value due.
   */
  move(move: Move, origin: number, next?: number): void {
    const clock = { rate: this.run.outputFormat.sampleRate, origin };
    for (const { moves } of this.segments) moves.push(move, clock, next);
    this.#relay?.move(move, origin);
  }

  /** The moves under way, which a snapshot leaves out. */
  get playing(): readonly PlayingMove[] {
    return this.segments.flatMap(({ moves }) => moves.playing);
  }

  /** Takes over the state of a pipeline's stages; this one is prepared as its successor. */
  adopt(other: PreparedPipeline): void {
    const present = other.#states();
    const heirs = this.definition.entries.filter(({ made }) => made !== undefined);
    const states = Object.fromEntries(heirs.map(({ id }) => [id, present[id]]));
    this.take(states);
    this.#relay?.take(states);
  }

  /** Gives stages the states of others of their kind, from which they go over to their own parameters. */
  take(states: Readonly<Record<string, StageSnapshot>>): void {
    for (const { id, params } of this.definition.entries) {
      if (!Object.hasOwn(states, id)) continue;
      const { processor } = this.entries.find((entry) => entry.id === id)!;
      processor.restore(states[id]);
      processor.set(params);
    }
  }

  /** Lets go of those who process some of the nodes. */
  async close(): Promise<void> {
    await this.#relay?.close();
  }

  get #relay(): Relay | null {
    return this.segments[0].relay;
  }

  /** Entries that are processed here. */
  get #here(): readonly PreparedEntry[] {
    const relay = this.#relay;
    return relay === null ? this.entries : this.entries.slice(0, relay.from);
  }

  /** The state of every stage, by id; in the arrays of earlier ones where they are given. */
  #states(into?: PipelineSnapshot['stages']): PipelineSnapshot['stages'] {
    const here = this.#here.map(({ id, processor }) => [id, processor.snapshot(into?.[id])]);
    return { ...Object.fromEntries(here), ...this.#relay?.states() };
  }

  /** Begins anew, with the present parameters but for `changed`; moves that are under way have to be given again. */
  reset(changed: readonly PipelineEntry[] = []): void {
    this.#state.clear();
    for (const { moves } of this.segments) moves.clear();
    for (const { id, processor } of this.entries) {
      const entry = changed.find((one) => one.id === id);
      if (entry) processor.set(entry.params);
      processor.reset();
    }
    this.#relay?.reset(changed);
  }

  /** Its state now; in the arrays of an earlier snapshot, which is worth nothing then, where one is given. */
  snapshot(into?: PipelineSnapshot): PipelineSnapshot {
    return {
      makes: makesOf(this.definition),
      stages: this.#states(into?.stages),
      graph: this.#state.snapshot(into?.graph),
      guard: this.#guardState.snapshot(into?.guard),
    };
  }

  /** Takes back a snapshot of a pipeline with the same stages, prepared for the same format. */
  restore({ stages, graph, guard }: PipelineSnapshot): void {
    // All checks first, so that a refused snapshot leaves the pipeline as it is.
    for (const { id, definition, params } of this.definition.entries) {
      if (!Object.hasOwn(stages, id)) throw usageError(`the snapshot has no stage "${id}"`);
      if (needsRestart(definition, params, stages[id].params as object)) {
        throw usageError(`the snapshot's stage "${id}" is set up in another way`);
      }
    }
    this.#state.checkSize(graph);
    this.#guardState.restore(guard);
    this.#state.restore(graph);
    for (const { id, processor } of this.entries) processor.restore(stages[id]);
    for (const { moves } of this.segments) moves.clear();
  }
}

/** Arrays that stand side by side in a run, one group a signal, in the order of the pipeline. */
export function sideBySide(arrays: Planar, formats: readonly AudioFormat[]): Planar[] {
  let end = 0;
  return formats.map(({ channels }) => {
    end += channels;
    return arrays.slice(end - channels, end);
  });
}
