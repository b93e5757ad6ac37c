import { internalError } from '../audio/errors.ts';
import type { AudioFormat } from '../audio/format.ts';
import type { Guard } from '../dsp/guard.ts';
import type { KernelMemory, StateMemory } from '../dsp/kernel-memory.ts';
import { AlignedRun } from '../stages/aligned-run.ts';
import type { StageProcessor } from '../stages/define-stage.ts';
import { type InputRef, MAIN, type PipelineDefinition } from './definition.ts';
import { EntryFormats, formatFor } from './entry-formats.ts';
import { MovePlayer } from './move-player.ts';
import { GraphNode } from './node.ts';
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
}

/** A part of a pipeline that keeps its rate, at work: nodes in the order of the file, each block through all of them at once. */
export class PreparedSegment {
  readonly run: AlignedRun;
  readonly moves: MovePlayer;
  readonly nodes: readonly GraphNode[];

  constructor(definition: PipelineDefinition, options: SegmentOptions) {
    const { format, maxFrames, memory, state, guard, levels, onPrepared } = options;
    const formats = new EntryFormats(definition, format);
    const wires = new Map<string, ReadonlyMap<string, Wire>>();
    const find = ({ from, port }: InputRef): Wire => {
      const wire = wires.get(from)?.get(port);
      if (wire === undefined) throw internalError(`no wire "${from}.${port}"`);
      return wire;
    };
    const input = definition.inputs.flatMap((name) => {
      const channels = memory.planar(format.channels, maxFrames);
      wires.set(name, new Map([[MAIN, { channels, latency: 0 }]]));
      return channels;
    });
    const readers = countReaders(definition);
    this.nodes = definition.entries.map((entry) => {
      const [main] = entry.inputs;
      const taken = formats.input(entry);
      const spec = { format: formatFor(entry, taken), maxFrames, memory };
      const processor: StageProcessor = entry.definition.prepare(spec, entry.params);
      onPrepared?.(entry.id, processor);
      const node = new GraphNode({
        entry,
        processor,
        state,
        format: taken,
        outputFormat: formats.output({ ...main, from: entry.id }),
        maxFrames,
        inputs: entry.inputs.map(find),
        key: entry.key && find(entry.key),
        inPlace: entry.inputs.length === 1 && readers.get(nameOf(main)) === 1,
      });
      wires.set(entry.id, node.wires);
      return node;
    });

    this.moves = new MovePlayer(state, this.nodes, format.sampleRate);

    const ends = definition.outputs.map(({ from }) => find(from));
    const latency = Math.max(...ends.map((wire) => wire.latency));
    const taps = ends.map(
      (wire) => new Tap({ state, wire, gainDb: 0, delay: latency - wire.latency, maxFrames }),
    );
    this.run = new AlignedRun({
      format,
      outputFormats: definition.outputs.map(({ from }) => formats.output(from)),
      maxFrames,
      input,
      state,
      guard,
      processor: {
        latency,
        span: () => this.moves.span(),
        process: (_input, frames) => {
          for (const node of this.nodes) {
            node.process(frames);
            // Now, because the node behind it may work on in its arrays.
            if (levels) node.noteLevel(frames);
          }
          this.moves.advance(frames);
          return taps.length === 1 ? taps[0].read(frames) : taps.flatMap((tap) => tap.read(frames));
        },
        end: (framesIn) => {
          for (const node of this.nodes) node.end(framesIn);
        },
      },
    });
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
