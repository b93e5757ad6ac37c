import type { AudioBlock, Planar } from '../audio/block.ts';
import { internalError } from '../audio/errors.ts';
import type { AudioFormat } from '../audio/format.ts';
import type { StateMemory } from '../dsp/kernel-memory.ts';
import type { Guard } from '../dsp/levels/guard.ts';
import type { BlockRun } from './aligned-run.ts';
import type { ProcessSpec, RateChange, StageIO, StageProcessor } from './define-stage.ts';

interface RateChangeOptions {
  readonly processor: StageProcessor;
  /** Of the signals that stand side by side in what goes out. */
  readonly outputFormats: readonly AudioFormat[];
  readonly spec: ProcessSpec;
  readonly state: StateMemory;
  readonly guard: Guard | null;
}

/** A run of a stage that changes the number of frames; `flush` brings out the last of them. */
export class RateChangeRun implements BlockRun {
  readonly format: AudioFormat;
  readonly outputFormats: readonly AudioFormat[];
  readonly maxFrames: number;
  readonly input: Planar;
  readonly #processor: StageProcessor;
  readonly #change: RateChange;
  readonly #guard: Guard | null;
  readonly #io: StageIO;
  /** Frames in, frames out. */
  readonly #count: Float64Array;

  constructor({ processor, outputFormats, spec, state, guard }: RateChangeOptions) {
    const { format, maxFrames, memory } = spec;
    if (processor.rateChange === null) throw internalError(`"${processor.name}" keeps the rate`);
    this.format = format;
    this.outputFormats = outputFormats;
    this.maxFrames = maxFrames;
    this.input = memory.planar(format.channels, maxFrames);
    this.#processor = processor;
    this.#change = processor.rateChange;
    this.#guard = guard;
    const width = outputFormats.reduce((sum, { channels }) => sum + channels, 0);
    const output = memory.planar(width, this.#change.maxFrames);
    this.#io = { main: this.input, key: null, outputs: [output] };
    this.#count = state.f64(2);
  }

  /** Frames of input behind a frame that bring it out. */
  get latency(): number {
    return this.#change.tail;
  }

  get outputFormat(): AudioFormat {
    return this.outputFormats[0];
  }

  get maxFramesOut(): number {
    return this.#change.maxFrames;
  }

  get framesIn(): number {
    return this.#count[0];
  }

  get framesOut(): number {
    return this.#count[1];
  }

  span(): number {
    return this.maxFrames;
  }

  process(frames: number): AudioBlock {
    this.#guard?.process(this.input, frames);
    this.#count[0] += frames;
    return this.#emit(frames);
  }

  *flush(): Generator<AudioBlock, void, void> {
    for (let left = this.#change.tail; left > 0; ) {
      const frames = Math.min(this.maxFrames, left);
      for (const channel of this.input) channel.fill(0, 0, frames);
      left -= frames;
      const block = this.#emit(frames);
      if (block.frames > 0) yield block;
    }
  }

  #emit(frames: number): AudioBlock {
    this.#processor.process(this.#io, frames);
    const start = this.framesOut;
    const { given } = this.#change;
    this.#count[1] += given;
    return { format: this.outputFormat, start, frames: given, channels: this.#io.outputs[0] };
  }
}
