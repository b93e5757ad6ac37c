import type { Planar } from '../audio/block.ts';
import { type AudioFormat, sameFormat } from '../audio/format.ts';
import { DelayLine } from '../dsp/delay/delay-line.ts';
import { blend, copyPlanar } from '../dsp/gain/gain.ts';
import type { Kernels, StateMemory } from '../dsp/kernel-memory.ts';
import { largestMagnitude } from '../dsp/levels/level.ts';
import type { AnyStage, StageIO, StageProcessor } from '../stages/define-stage.ts';
import type { PipelineEntry } from './definition.ts';
import { Tap, type Wire } from './tap.ts';

interface NodeOptions {
  readonly entry: PipelineEntry;
  readonly processor: StageProcessor;
  readonly state: StateMemory;
  /** What comes in and goes out, with the channels that pass. */
  readonly format: AudioFormat;
  readonly outputFormat: AudioFormat;
  readonly maxFrames: number;
  /** Wires of `entry.inputs`, in order. */
  readonly inputs: readonly Wire[];
  readonly key: Wire | null;
  /** Whether the node may overwrite the only input: nobody else reads it. */
  readonly inPlace: boolean;
}

/** One entry at work: gathers its inputs, aligned to the sample, runs its stage, mixes dry and wet. */
export class GraphNode {
  readonly id: string;
  readonly definition: AnyStage;
  readonly processor: StageProcessor;
  /** What comes in and goes out, with the channels that pass. */
  readonly format: AudioFormat;
  readonly outputFormat: AudioFormat;
  /** Frames by which its output is behind what comes into the pipeline. */
  readonly latency: number;
  /** Outputs by port. */
  readonly wires: ReadonlyMap<string, Wire>;
  /** Whether its input is copied or summed into arrays of its own; else it works on in the arrays of the entry before. */
  readonly gathers: boolean;
  readonly #kernels: Kernels | null;
  readonly #taps: readonly Tap[];
  readonly #key: Tap | null;
  /** All channels, and those of the key. */
  readonly #main: Planar;
  readonly #keyMain: Planar | null;
  /** The channels that the stage has. */
  readonly #io: StageIO;
  /** The channels that it does not have, and what keeps them in time with the others. */
  readonly #passing: Planar;
  readonly #passingDelay: DelayLine;
  /** Share of the processed signal. */
  readonly #wet: number;
  readonly #dry: Planar;
  readonly #dryDelay: DelayLine;
  /** Frames by which what comes in is late. */
  readonly #arrival: number;
  /** Only looks, and so is shown the programme alone, without the silence of latencies before and behind it. */
  readonly #looks: boolean;
  /** Frames seen; frame at which the programme ends. */
  readonly #seen: Float64Array;
  readonly #end: Float64Array;
  /** Highest sample that left it, for a monitor; no part of its state. */
  #peak = 0;

  constructor(options: NodeOptions) {
    const { entry, processor, state, format, outputFormat, maxFrames, inputs, key, inPlace } = options;
    const { memory } = state;
    const count = format.channels;
    const arrival = Math.max(...inputs.map(({ latency }) => latency), key?.latency ?? 0);
    const latency = arrival + processor.latency;
    this.id = entry.id;
    this.definition = entry.definition;
    this.format = format;
    this.outputFormat = outputFormat;
    this.latency = latency;
    this.processor = processor;
    this.#kernels = memory.kernels;
    this.#taps = inputs.map(
      (wire, n) =>
        new Tap({ state, wire, gainDb: entry.inputs[n].gainDb, delay: arrival - wire.latency, maxFrames }),
    );
    this.#key = key && new Tap({ state, wire: key, gainDb: 0, delay: arrival - key.latency, maxFrames });
    const [first, ...others] = this.#taps;
    this.gathers = !(inPlace && others.length === 0 && first.plain);
    const main = this.gathers ? memory.planar(count, maxFrames) : first.channels;
    this.#main = main;

    const ports = entry.definition.outputs(entry.params);
    const apart = ports.length > 1 || !sameFormat(format, outputFormat);
    const outputs = apart ? ports.map(() => memory.planar(outputFormat.channels, maxFrames)) : [main];
    this.wires = new Map(ports.map((port, n) => [port, { channels: outputs[n], latency }]));
    this.#keyMain = this.#key && (this.#key.plain ? this.#key.channels : memory.planar(count, maxFrames));
    const own = (planar: Planar): Planar => entry.channels?.map((channel) => planar[channel]) ?? planar;
    this.#io = {
      main: own(main),
      key: this.#keyMain && own(this.#keyMain),
      outputs: apart ? outputs : [],
    };
    this.#passing = entry.channels ? main.filter((_, channel) => !entry.channels?.includes(channel)) : [];
    this.#passingDelay = new DelayLine(state, this.#passing.length, processor.latency);

    this.#wet = entry.bypass ? 0 : entry.mix;
    const dry = this.#wet < 1 ? this.#io.main.length : 0;
    this.#dry = memory.planar(dry, maxFrames);
    this.#dryDelay = new DelayLine(state, dry, processor.latency);

    this.#arrival = arrival;
    this.#looks = entry.definition.transparent;
    this.#seen = state.f64(1);
    this.#end = state.f64(1, Number.POSITIVE_INFINITY);
  }

  /** Says that the programme has ended after so many frames. */
  end(framesIn: number): void {
    this.#end[0] = this.#arrival + framesIn;
    if (this.#looks && this.#seen[0] >= this.#end[0]) this.processor.finish();
  }

  /** Takes note of the level of what left it last. */
  noteLevel(frames: number): void {
    for (const { channels } of this.wires.values()) {
      for (const channel of channels) {
        const level = largestMagnitude(this.#kernels, channel, frames);
        // No NaN is larger.
        if (level > this.#peak) this.#peak = level;
      }
    }
  }

  /** The highest sample noted since the last call, linear. */
  takePeak(): number {
    const peak = this.#peak;
    this.#peak = 0;
    return peak;
  }

  process(frames: number): void {
    const { main } = this.#io;
    if (this.gathers) {
      for (let n = 0; n < this.#taps.length; n++) this.#taps[n].write(this.#main, frames, n > 0);
    }
    if (this.#keyMain && !this.#key!.plain) this.#key!.write(this.#keyMain, frames, false);
    this.#passingDelay.process(this.#passing, frames);
    if (this.#looks) {
      if (this.#wet > 0) this.#look(frames);
      return;
    }
    if (this.#wet === 1) {
      this.#run(this.#io, frames);
      return;
    }
    copyPlanar(this.#kernels, this.#dry, main, frames);
    this.#dryDelay.process(this.#dry, frames);
    // Without a share in the output the stage need not run, and nothing it might make of the input can leak.
    if (this.#wet > 0) {
      this.#run(this.#io, frames);
      const span = { frames, start: this.#wet, step: 0, index: 0 };
      for (let n = 0; n < main.length; n++) blend(this.#kernels, this.#dry[n], main[n], 0, span);
    }
    copyPlanar(this.#kernels, main, this.#dry, frames);
  }

  /** Shows the stage those of the next frames that belong to the programme. */
  #look(frames: number): void {
    const seen = this.#seen[0];
    this.#seen[0] = seen + frames;
    const from = Math.max(0, this.#arrival - seen);
    const to = Math.min(frames, this.#end[0] - seen);
    if (to <= from) return;
    this.#run(from === 0 ? this.#io : this.#ioFrom(from), to - from);
    if (seen + to === this.#end[0]) this.processor.finish();
  }

  #ioFrom(frame: number): StageIO {
    return { ...this.#io, main: this.#io.main.map((channel) => channel.subarray(frame)) };
  }

  /** The one place where stages are called: of so many kinds V8 builds none into what calls it. */
  #run(io: StageIO, frames: number): void {
    this.processor.process(io, frames);
  }
}
