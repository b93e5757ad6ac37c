import type { Planar } from '../audio/block.ts';
import { internalError, pipelineError, usageError } from '../audio/errors.ts';
import type { AudioFormat } from '../audio/format.ts';
import { Guard, type GuardReport } from '../dsp/guard.ts';
import { type KernelMemory, StateMemory } from '../dsp/kernel-memory.ts';
import { AlignedRun } from '../stages/aligned-run.ts';
import { needsRestart } from '../stages/change-params.ts';
import type { Readings, StageSnapshot } from '../stages/define-stage.ts';
import { type InputRef, MAIN, type PipelineDefinition, type PipelineEntry } from './definition.ts';
import type { Move } from './move.ts';
import { MovePlayer } from './move-player.ts';
import { GraphNode } from './node.ts';
import type { FindRelay, PipelineSnapshot, Relay, StageReading } from './relay.ts';
import { Tap, type Wire } from './tap.ts';

/** What a pipeline is prepared for. */
export interface PrepareOptions {
  readonly format: AudioFormat;
  /** Largest block, in frames. */
  readonly maxFrames: number;
  readonly memory: KernelMemory;
  /** Guards also what no stage could be harmed by. @default false */
  readonly alwaysGuard?: boolean;
  /** Finds others who process some of the nodes. */
  readonly relay?: FindRelay | undefined;
}

/** True when no stage on the way from the first input to an output changes a sample. */
export function isTransparent({ entries, inputs, outputs }: PipelineDefinition, output = MAIN): boolean {
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  let ref = outputs.find(({ name }) => name === output)?.from;
  for (;;) {
    const entry = ref && byId.get(ref.from);
    if (entry === undefined) return ref?.from === inputs[0];
    const passes = entry.definition.transparent || entry.bypass;
    if (!passes || entry.inputs.length > 1 || entry.inputs[0].gainDb !== 0) return false;
    ref = entry.inputs[0];
  }
}

/** Loads what the pipeline's stages need before they are prepared. */
export async function loadPipelineStages({ entries }: PipelineDefinition): Promise<void> {
  await Promise.all(entries.map(({ definition }) => definition.load?.()));
}

/** A pipeline at work: nodes in the order of the file, on one memory, each block through all of them at once. */
export class PreparedPipeline {
  readonly definition: PipelineDefinition;
  /**
   * Takes blocks in and gives them out, aligned to the sample. Where the pipeline has several inputs or outputs their
   * channels stand side by side in one block, in its order; `sideBySide` takes them apart.
   */
  readonly run: AlignedRun;
  /** Frames from the input to the output, before alignment. */
  readonly latency: number;
  /** No stage changes a sample. */
  readonly transparent: boolean;
  /** In the order of the file. */
  readonly nodes: readonly GraphNode[];
  readonly #guard: Guard | null;
  readonly #state: StateMemory;
  readonly #moves: MovePlayer;
  /** Frame at which the tail is out. */
  readonly #end: Float64Array;
  readonly #find: (ref: InputRef) => Wire;
  readonly #relay: Relay | null;

  constructor(
    definition: PipelineDefinition,
    { format, maxFrames, memory, alwaysGuard = false, relay }: PrepareOptions,
  ) {
    this.definition = definition;
    this.transparent = isTransparent(definition);
    this.#state = new StateMemory(memory);
    const processes = definition.outputs.some(({ name }) => !isTransparent(definition, name));
    this.#guard = processes || alwaysGuard ? new Guard(this.#state, format.channels) : null;

    const wires = new Map<string, ReadonlyMap<string, Wire>>();
    const find = ({ from, port }: InputRef): Wire => {
      const wire = wires.get(from)?.get(port);
      if (wire === undefined) throw internalError(`no wire "${from}.${port}"`);
      return wire;
    };
    this.#find = find;
    const input = definition.inputs.flatMap((name) => {
      const channels = memory.planar(format.channels, maxFrames);
      wires.set(name, new Map([[MAIN, { channels, latency: 0 }]]));
      return channels;
    });
    const readers = countReaders(definition);
    this.nodes = definition.entries.map((entry) => {
      const node = new GraphNode({
        entry,
        processor: entry.definition.prepare(
          { format: formatFor(entry, format), maxFrames, memory },
          entry.params,
        ),
        state: this.#state,
        maxFrames,
        inputs: entry.inputs.map(find),
        key: entry.key && find(entry.key),
        inPlace: entry.inputs.length === 1 && readers.get(nameOf(entry.inputs[0])) === 1,
      });
      wires.set(entry.id, node.wires);
      return node;
    });

    this.#moves = new MovePlayer(this.#state, this.nodes);
    this.#end = this.#state.f64(1, Number.POSITIVE_INFINITY);

    const ends = definition.outputs.map(({ from }) => find(from));
    const latency = Math.max(...ends.map((wire) => wire.latency));
    const taps = ends.map(
      (wire) => new Tap({ state: this.#state, wire, gainDb: 0, delay: latency - wire.latency, maxFrames }),
    );
    this.latency = latency;
    this.#relay = relay?.(this) ?? null;
    this.run = new AlignedRun({
      format,
      maxFrames,
      input,
      outputs: taps.length,
      state: this.#state,
      guard: this.#guard,
      processor: {
        latency: latency + (this.#relay?.delay ?? 0),
        span: () => this.span(),
        process: (_input, frames) => {
          this.processNodes(0, this.#here, frames);
          this.#relay?.process(frames);
          return taps.length === 1 ? taps[0].read(frames) : taps.flatMap((tap) => tap.read(frames));
        },
        end: (framesIn) => this.end(framesIn),
      },
    });
  }

  /** What the guard has replaced, or null when no stage needs one. */
  get guard(): GuardReport | null {
    return this.#guard?.report ?? null;
  }

  /** Number of nodes that are processed here. */
  get #here(): number {
    return this.#relay?.from ?? this.nodes.length;
  }

  /** Arrays that nodes before `cut`, or the inputs, write and that others from there on, or the outputs, read; each once. */
  crossing(cut: number): Planar {
    const { entries, outputs } = this.definition;
    const later = new Set(entries.slice(cut).map(({ id }) => id));
    const refs = entries.slice(cut).flatMap(({ inputs, key }) => (key ? [...inputs, key] : inputs));
    const read = [...refs, ...outputs.map(({ from }) => from)].filter(({ from }) => !later.has(from));
    return [...new Set(read.flatMap((ref) => this.#find(ref).channels))];
  }

  /** Frames until something changes inside, at least 1; what is due now is done. */
  span(): number {
    return this.#left > 0 ? Math.min(this.#left, this.#moves.span()) : this.#moves.span();
  }

  /** Frames until the tail is out; what a relay is fed behind them only pushes out what is under way. */
  get #left(): number {
    return this.#end[0] - this.#moves.frame;
  }

  /** Runs a block through some of the nodes, from what stands in their wires. */
  processNodes(from: number, to: number, frames: number): void {
    if (this.#left > 0) for (let n = from; n < to; n++) this.nodes[n].process(frames);
    this.#moves.advance(frames);
  }

  /** Says that the programme has ended after so many frames. */
  end(framesIn: number): void {
    this.#end[0] = framesIn + this.latency;
    for (const node of this.nodes.slice(0, this.#here)) node.end(framesIn);
    this.#relay?.end(framesIn);
  }

  /** What every stage has measured, by id. */
  meters(): Readonly<Record<string, Readings>> {
    const here = this.nodes.slice(0, this.#here).map(({ id, processor }) => [id, processor.meters()]);
    return { ...Object.fromEntries(here), ...this.#relay?.meters() };
  }

  /** Readings of intervals that closed since the last call. */
  takeReadings(): readonly StageReading[] {
    const here = this.nodes
      .slice(0, this.#here)
      .flatMap(({ id, processor }) => processor.takeReadings().map((reading) => ({ id, reading })));
    return [...here, ...(this.#relay?.takeReadings() ?? [])];
  }

  /** Moves `live` parameters of an entry; `origin` is the stream frame at which this pipeline heard its first input. */
  move(move: Move, origin: number): void {
    this.#moves.push(move, origin);
    this.#relay?.move(move, origin);
  }

  /** Takes over the state of the entries that a pipeline shares with this one. */
  adopt(other: PreparedPipeline): void {
    const present = other.states();
    const shared = this.definition.entries.filter(({ id, definition, params }) => {
      const before = other.definition.entries.find((entry) => entry.id === id);
      return (
        before?.definition === definition && !needsRestart(definition, present[id].params as object, params)
      );
    });
    const states = Object.fromEntries(shared.map(({ id }) => [id, present[id]]));
    this.take(states);
    this.#relay?.take(states);
  }

  /** Gives stages the states of others of their kind, from which they glide to their own parameters. */
  take(states: Readonly<Record<string, StageSnapshot>>): void {
    for (const { id, params } of this.definition.entries) {
      if (!Object.hasOwn(states, id)) continue;
      this.#node(id).processor.restore(states[id]);
      this.#node(id).processor.set(params);
    }
  }

  /** The state of every stage, by id. */
  states(): Readonly<Record<string, StageSnapshot>> {
    const here = this.nodes.slice(0, this.#here).map(({ id, processor }) => [id, processor.snapshot()]);
    return { ...Object.fromEntries(here), ...this.#relay?.states() };
  }

  /** Lets go of those who process some of the nodes. */
  async close(): Promise<void> {
    await this.#relay?.close();
  }

  #node(id: string): GraphNode {
    const node = this.nodes.find((one) => one.id === id);
    if (node === undefined) throw internalError(`no node "${id}"`);
    return node;
  }

  snapshot(): PipelineSnapshot {
    return { stages: this.states(), graph: this.#state.snapshot() };
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
    for (const { id, processor } of this.nodes) processor.restore(stages[id]);
    this.#relay?.restore({ stages, graph });
  }
}

const nameOf = ({ from, port }: InputRef): string => `${from}.${port}`;

/** How many inputs, keys and ends of the pipeline read each output. */
function countReaders({ entries, outputs }: PipelineDefinition): Map<string, number> {
  const readers = new Map<string, number>();
  const refs = entries.flatMap(({ inputs, key }) => (key ? [...inputs, key] : inputs));
  for (const ref of [...refs, ...outputs.map(({ from }) => from)]) {
    readers.set(nameOf(ref), (readers.get(nameOf(ref)) ?? 0) + 1);
  }
  return readers;
}

/** The format of those channels that an entry has. */
function formatFor({ channels, where }: PipelineEntry, format: AudioFormat): AudioFormat {
  if (channels === null) return format;
  channels.forEach((channel, n) => {
    if (channel < format.channels) return;
    const last = format.channels - 1;
    throw pipelineError(
      `${where}.channels[${n}]: there is no channel ${channel}, the audio has ${format.channels}: 0${last > 0 ? ` to ${last}` : ''}`,
    );
  });
  return {
    sampleRate: format.sampleRate,
    channels: channels.length,
    layout: channels.map((channel) => format.layout[channel]),
  };
}

/** Arrays that stand side by side in a run, one group an input or output, in the order of the pipeline. */
export function sideBySide(arrays: Planar, { channels }: AudioFormat): Planar[] {
  return Array.from({ length: arrays.length / channels }, (_, n) =>
    arrays.slice(n * channels, (n + 1) * channels),
  );
}
