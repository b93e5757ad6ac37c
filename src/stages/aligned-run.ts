import type { AudioBlock, Planar } from '../audio/block.ts';
import type { AudioFormat } from '../audio/format.ts';
import type { StateMemory } from '../dsp/kernel-memory.ts';
import type { Guard } from '../dsp/levels/guard.ts';

/** Anything that turns blocks into blocks of the same length, `latency` frames late. */
export interface BlockProcessor {
  readonly latency: number;
  /** Frames until something changes inside, at least 1; what is due now is done. Without it, nothing ever changes. */
  span?(): number;
  /** Processes the first `frames` of `input` and says where the result stands. */
  process(input: Planar, frames: number): Planar;
  /** Called once when the input has ended after so many frames; silence follows until the tail is out. */
  end?(framesIn: number): void;
}

/** What a stream needs of a run. */
export interface BlockRun {
  /** Of what comes in. */
  readonly format: AudioFormat;
  /** Of the blocks that come out. */
  readonly outputFormat: AudioFormat;
  /** Of the signals that stand side by side in a block that comes out; the first is `outputFormat`, the rate is one. */
  readonly outputFormats: readonly AudioFormat[];
  readonly maxFrames: number;
  /** Most frames in a block that comes out. */
  readonly maxFramesOut: number;
  /** Fill up to `span()` frames here, then call `process`. */
  readonly input: Planar;
  readonly framesIn: number;
  readonly framesOut: number;
  /** Frames of input by which the output is late before it is aligned, or a few more. */
  readonly latency: number;
  /** Frames that may come in at once, 1 to `maxFrames`: a block ends where something changes. What is due now is done. */
  span(): number;
  /** Processes the first `frames` of `input`. The block is a view, valid until the next call; it may be empty. */
  process(frames: number): AudioBlock;
  /** What is still held, in blocks that are views, each valid until the next. */
  flush(): Generator<AudioBlock, void, void>;
}

interface AlignedRunOptions {
  readonly format: AudioFormat;
  /** Of the signals that stand side by side in what the processor gives. @default `[format]` */
  readonly outputFormats?: readonly AudioFormat[];
  readonly maxFrames: number;
  /** Where blocks come in; arrays of `maxFrames` on the memory of `state`. */
  readonly input: Planar;
  readonly state: StateMemory;
  readonly guard: Guard | null;
  readonly processor: BlockProcessor;
}

/**
 * Keeps time (law 2) around a processor: output has as many frames as input, aligned to the sample. The leading
 * latency is dropped, and `flush` feeds silence until the tail is out.
 */
export class AlignedRun implements BlockRun {
  readonly input: Planar;
  readonly format: AudioFormat;
  readonly outputFormats: readonly AudioFormat[];
  readonly maxFrames: number;
  readonly #guard: Guard | null;
  readonly #processor: BlockProcessor;
  /** Frames in, frames out. */
  readonly #count: Float64Array;

  constructor(options: AlignedRunOptions) {
    const { format, outputFormats = [format], maxFrames, input, state, guard, processor } = options;
    this.format = format;
    this.outputFormats = outputFormats;
    this.maxFrames = maxFrames;
    this.input = input;
    this.#count = state.f64(2);
    this.#guard = guard;
    this.#processor = processor;
  }

  get outputFormat(): AudioFormat {
    return this.outputFormats[0];
  }

  get maxFramesOut(): number {
    return this.maxFrames;
  }

  /** Frames by which the output is late before it is aligned. */
  get latency(): number {
    return this.#processor.latency;
  }

  /** Frames that have come in. */
  get framesIn(): number {
    return this.#count[0];
  }

  /** Frames that have gone out. */
  get framesOut(): number {
    return this.#count[1];
  }

  span(): number {
    return Math.min(this.maxFrames, this.#processor.span?.() ?? this.maxFrames);
  }

  /** Processes the first `frames` of `input`. The block is a view, valid until the next call; it may be empty. */
  process(frames: number): AudioBlock {
    this.#guard?.process(this.input, frames);
    const late = this.#processor.latency - this.framesIn;
    this.#count[0] += frames;
    return this.#emit(frames, late);
  }

  /** What the processor still holds, in blocks that are views, each valid until the next. */
  *flush(): Generator<AudioBlock, void, void> {
    this.#processor.end?.(this.framesIn);
    let fed = this.framesIn;
    while (this.framesOut < this.framesIn) {
      const frames = Math.min(this.span(), this.framesIn + this.#processor.latency - fed);
      for (const channel of this.input) channel.fill(0, 0, frames);
      const block = this.#emit(frames, this.#processor.latency - fed);
      fed += frames;
      if (block.frames > 0) yield block;
    }
  }

  /** Runs `frames` of input and cuts the first `drop` frames of what comes out. */
  #emit(frames: number, drop: number): AudioBlock {
    const output = this.#processor.process(this.input, frames);
    const skip = Math.min(frames, Math.max(0, drop));
    const start = this.framesOut;
    this.#count[1] += frames - skip;
    const channels = skip === 0 ? output : output.map((channel) => channel.subarray(skip));
    return { format: this.outputFormat, start, frames: frames - skip, channels };
  }
}
