import type { Planar } from '../audio/block.ts';
import { internalError } from '../audio/errors.ts';
import type { AudioFormat } from '../audio/format.ts';
import type { KernelMemory, StateMemory } from '../dsp/kernel-memory.ts';
import type { Guard } from '../dsp/levels/guard.ts';
import { AlignedRun } from '../stages/aligned-run.ts';
import type { StageProcessor } from '../stages/define-stage.ts';
import { type InputRef, MAIN, type PipelineDefinition } from './definition.ts';
import { EntryFormats, formatFor } from './entry-formats.ts';
import { MovePlayer } from './move-player.ts';
import { GraphNode } from './node.ts';
import type { FindRelay, Relay } from './relay.ts';
import { Tap, type Wire } from './tap.ts';

/** Called with every stage before it works for the first time. */
export type OnPrepared = (id: string, processor: StageProcessor) => void;

interface SegmentOptions {
  readonly format: AudioFormat;
  readonly maxFrames: number;
  readonly memory: KernelMemory;
  /** Of the whole pipeline. */
  readonly state: StateMemory;
  readonly guard: Guard | null;
  /** Whether the level that leaves each node is noted. */
  readonly levels: boolean;
  readonly onPrepared: OnPrepared | undefined;
  /** Finds others who process some of the nodes. */
  readonly relay: FindRelay | undefined;
}

/** Wires by what they come from: an input of the pipeline or the port of an entry. */
class Wires {
  readonly #ports = new Map<string, ReadonlyMap<string, Wire>>();

  add(id: string, ports: ReadonlyMap<string, Wire>): void {
    this.#ports.set(id, ports);
  }

  find({ from, port }: InputRef): Wire {
    const wire = this.#ports.get(from)?.get(port);
    if (wire === undefined) throw internalError(`no wire "${from}.${port}"`);
    return wire;
  }
}

/** Prepares the entries in the order of the file, each on the wires of those before it. */
function prepareNodes(
  definition: PipelineDefinition,
  { maxFrames, memory, state, onPrepared }: SegmentOptions,
  formats: EntryFormats,
  wires: Wires,
): GraphNode[] {
  const readers = countReaders(definition);
  return definition.entries.map((entry) => {
    const [main] = entry.inputs;
    const format = formats.input(entry);
    const spec = { format: formatFor(entry, format), maxFrames, memory };
    const processor: StageProcessor = entry.definition.prepare(spec, entry.made ?? entry.params);
    onPrepared?.(entry.id, processor);
    const node = new GraphNode({
      entry,
      processor,
      state,
      format,
      outputFormat: formats.output({ ...main, from: entry.id }),
      maxFrames,
      inputs: entry.inputs.map((ref) => wires.find(ref)),
      key: entry.key && wires.find(entry.key),
      inPlace: entry.inputs.length === 1 && readers.get(nameOf(main)) === 1,
    });
    wires.add(entry.id, node.wires);
    return node;
  });
}

/** A part of a pipeline that keeps its rate, at work: nodes in the order of the file, each block through all of them at once. */
export class PreparedSegment {
  readonly run: AlignedRun;
  readonly moves: MovePlayer;
  readonly nodes: readonly GraphNode[];
  readonly definition: PipelineDefinition;
  /** Frames by which the output is late before it is aligned, whoever processes the nodes. */
  readonly latency: number;
  /** Who processes the last nodes elsewhere, if anybody does. */
  readonly relay: Relay | null;
  readonly #levels: boolean;
  /** Frame at which the tail is out. */
  readonly #end: Float64Array;
  readonly #wires: Wires;

  constructor(definition: PipelineDefinition, options: SegmentOptions) {
    const { format, maxFrames, memory, state, guard, levels } = options;
    this.definition = definition;
    this.#levels = levels;
    const formats = new EntryFormats(definition, format);
    const wires = new Wires();
    const input = definition.inputs.flatMap((name) => {
      const channels = memory.planar(format.channels, maxFrames);
      wires.add(name, new Map([[MAIN, { channels, latency: 0 }]]));
      return channels;
    });
    this.#wires = wires;
    this.nodes = prepareNodes(definition, options, formats, wires);
    this.moves = new MovePlayer(state, this.nodes, format.sampleRate);
    this.#end = state.f64(1, Number.POSITIVE_INFINITY);

    const ends = definition.outputs.map(({ from }) => wires.find(from));
    const latency = Math.max(...ends.map((wire) => wire.latency));
    const taps = ends.map(
      (wire) => new Tap({ state, wire, gainDb: 0, delay: latency - wire.latency, maxFrames }),
    );
    this.latency = latency;
    this.relay = options.relay?.(this) ?? null;
    this.run = new AlignedRun({
      format,
      outputFormats: definition.outputs.map(({ from }) => formats.output(from)),
      maxFrames,
      input,
      state,
      guard,
      processor: {
        latency: latency + (this.relay?.delay ?? 0),
        span: () => this.span(),
        process: (_input, frames) => {
          this.processNodes(0, this.here, frames);
          this.relay?.process(frames);
          return taps.length === 1 ? taps[0].read(frames) : taps.flatMap((tap) => tap.read(frames));
        },
        end: (framesIn) => this.end(framesIn),
      },
    });
  }

  /** Number of nodes that are processed here: the first ones. */
  get here(): number {
    return this.relay?.from ?? this.nodes.length;
  }

  /** Arrays that nodes before `cut`, or the inputs, write and that others from there on, or the outputs, read; each once. */
  crossing(cut: number): Planar {
    const { entries, outputs } = this.definition;
    const later = new Set(entries.slice(cut).map(({ id }) => id));
    const refs = entries.slice(cut).flatMap(({ inputs, key }) => (key ? [...inputs, key] : inputs));
    const read = [...refs, ...outputs.map(({ from }) => from)].filter(({ from }) => !later.has(from));
    return [...new Set(read.flatMap((ref) => this.#wires.find(ref).channels))];
  }

  /** Frames until something changes inside, at least 1; what is due now is done. */
  span(): number {
    const left = this.#left > 0 ? this.#left : Number.POSITIVE_INFINITY;
    return Math.min(left, this.moves.span());
  }

  /** Runs a block through the nodes `from` up to but without `to`, from what stands in their wires. */
  processNodes(from: number, to: number, frames: number): void {
    // Behind the tail a relay is fed only to push out what is under way.
    for (let n = from; n < to && this.#left > 0; n++) {
      const node = this.nodes[n];
      node.process(frames);
      // Now, because the node behind it may work on in its arrays.
      if (this.#levels) node.noteLevel(frames);
    }
    this.moves.advance(frames);
  }

  /** Says that the programme has ended after so many frames. */
  end(framesIn: number): void {
    this.#end[0] = framesIn + this.latency;
    for (const node of this.nodes.slice(0, this.here)) node.end(framesIn);
    this.relay?.end(framesIn);
  }

  get #left(): number {
    return this.#end[0] - this.moves.frame;
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
