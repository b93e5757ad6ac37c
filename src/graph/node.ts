import type { Planar } from '../audio/block.ts';
import { type AudioFormat, sameFormat } from '../audio/format.ts';
import { DelayLine } from '../dsp/delay-line.ts';
import { dbToGain } from '../dsp/elementary.ts';
import { addScaled, blend, copyInto } from '../dsp/gain.ts';
import type { Kernels, StateMemory } from '../dsp/kernel-memory.ts';
import type { StageIO, StageProcessor } from '../stages/define-stage.ts';
import type { PipelineEntry } from './definition.ts';

/** The output of an entry, or what comes in: its arrays and how late it is. */
export interface Wire {
  readonly channels: Planar;
  /** Frames behind what comes in. */
  readonly latency: number;
}

/** A signal on its way into a node: its wire, its gain, and the delay that aligns it with the others. */
class Tap {
  readonly #kernels: Kernels | null;
  readonly #wire: Wire;
  readonly #gain: number;
  readonly #delay: DelayLine | null;
  readonly #delayed: Planar;

  constructor(state: StateMemory, wire: Wire, gainDb: number, delay: number, maxFrames: number) {
    const channels = wire.channels.length;
    this.#kernels = state.memory.kernels;
    this.#wire = wire;
    this.#gain = dbToGain(gainDb);
    this.#delay = delay > 0 ? new DelayLine(state, channels, delay) : null;
    this.#delayed = delay > 0 ? state.memory.planar(channels, maxFrames) : wire.channels;
  }

  /** Whether it hands over its wire as it is. */
  get plain(): boolean {
    return this.#delay === null && this.#gain === 1;
  }

  get channels(): Planar {
    return this.#wire.channels;
  }

  /** The aligned signal, before its gain. */
  read(frames: number): Planar {
    if (this.#delay) {
      copyPlanar(this.#kernels, this.#delayed, this.#wire.channels, frames);
      this.#delay.process(this.#delayed, frames);
    }
    return this.#delayed;
  }

  /** Writes to `target`, or adds to it. */
  write(target: Planar, frames: number, add: boolean): void {
    const source = this.read(frames);
    if (!add && this.#gain === 1) {
      copyPlanar(this.#kernels, target, source, frames);
      return;
    }
    for (let n = 0; n < target.length; n++) {
      if (!add) target[n].fill(0, 0, frames);
      addScaled(this.#kernels, target[n], source[n], frames, this.#gain);
    }
  }
}

function copyPlanar(kernels: Kernels | null, target: Planar, source: Planar, frames: number): void {
  for (let n = 0; n < target.length; n++) copyInto(kernels, target[n], source[n], frames);
}

interface NodeOptions {
  readonly entry: PipelineEntry;
  readonly processor: StageProcessor;
  readonly state: StateMemory;
  /** What the stage takes and gives. */
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
  readonly processor: StageProcessor;
  /** Outputs by port. */
  readonly wires: ReadonlyMap<string, Wire>;
  readonly #kernels: Kernels | null;
  readonly #taps: readonly Tap[];
  readonly #key: Tap | null;
  readonly #io: StageIO;
  readonly #gathers: boolean;
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

  constructor(options: NodeOptions) {
    const { entry, processor, state, format, outputFormat, maxFrames, inputs, key, inPlace } = options;
    const { memory } = state;
    const count = format.channels;
    const arrival = Math.max(...inputs.map(({ latency }) => latency), key?.latency ?? 0);
    const latency = arrival + processor.latency;
    this.id = entry.id;
    this.processor = processor;
    this.#kernels = memory.kernels;
    this.#taps = inputs.map(
      (wire, n) => new Tap(state, wire, entry.inputs[n].gainDb, arrival - wire.latency, maxFrames),
    );
    this.#key = key && new Tap(state, key, 0, arrival - key.latency, maxFrames);
    const [first, ...others] = this.#taps;
    this.#gathers = !(inPlace && others.length === 0 && first.plain);
    const main = this.#gathers ? memory.planar(count, maxFrames) : first.channels;

    const ports = entry.definition.outputs(entry.params);
    const apart = ports.length > 1 || !sameFormat(format, outputFormat);
    const outputs = apart ? ports.map(() => memory.planar(outputFormat.channels, maxFrames)) : [main];
    this.wires = new Map(ports.map((port, n) => [port, { channels: outputs[n], latency }]));
    this.#io = {
      main,
      key: this.#key && (this.#key.plain ? this.#key.channels : memory.planar(count, maxFrames)),
      outputs: apart ? outputs : [],
    };

    this.#wet = entry.bypass ? 0 : entry.mix;
    const mixes = this.#wet < 1;
    this.#dry = mixes ? memory.planar(count, maxFrames) : [];
    this.#dryDelay = new DelayLine(state, mixes ? count : 0, mixes ? processor.latency : 0);

    this.#arrival = arrival;
    this.#looks = entry.definition.transparent;
    this.#seen = state.f64(1);
    this.#end = state.f64(1, Number.POSITIVE_INFINITY);
  }

  /** Says that the programme has ended after so many frames. */
  end(framesIn: number): void {
    this.#end[0] = this.#arrival + framesIn;
  }

  process(frames: number): void {
    const { main, key } = this.#io;
    if (this.#gathers) {
      for (let n = 0; n < this.#taps.length; n++) this.#taps[n].write(main, frames, n > 0);
    }
    if (key && !this.#key!.plain) this.#key!.write(key, frames, false);
    if (this.#looks) {
      this.#look(frames);
      return;
    }
    if (this.#wet === 1) {
      this.processor.process(this.#io, frames);
      return;
    }
    copyPlanar(this.#kernels, this.#dry, main, frames);
    this.#dryDelay.process(this.#dry, frames);
    // Without a share in the output the stage need not run, and nothing it might make of the input can leak.
    if (this.#wet > 0) {
      this.processor.process(this.#io, frames);
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
    const { main } = this.#io;
    const whole = from === 0;
    this.processor.process(
      whole ? this.#io : { ...this.#io, main: main.map((channel) => channel.subarray(from)) },
      to - from,
    );
  }
}
