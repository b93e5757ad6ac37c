import type { AudioBlock, Planar } from '../audio/block.ts';
import type { AudioFormat } from '../audio/format.ts';
import type { KernelMemory } from '../dsp/kernel-memory.ts';
import type { BlockRun } from './aligned-run.ts';

/** Frames by which a latency may be longer for each change of rate: what is counted at one is rounded at the other. */
const ROUNDING = 2;

/** Runs one behind the other, each at the rate and in the format that the one before gives. */
export class ChainRun implements BlockRun {
  readonly #runs: readonly BlockRun[];
  readonly #first: BlockRun;
  readonly #last: BlockRun;
  /** What comes out of the last run, put together: any run may have asked for smaller blocks than came. */
  readonly #output: Planar;
  #gathered = 0;

  /** At least one; each takes as many frames at a time as the one before gives. */
  constructor(runs: readonly BlockRun[], memory: KernelMemory) {
    this.#runs = runs;
    this.#first = runs[0];
    this.#last = runs[runs.length - 1];
    const width = this.#last.outputFormats.reduce((sum, { channels }) => sum + channels, 0);
    this.#output = memory.planar(width, this.#last.maxFramesOut);
  }

  get format(): AudioFormat {
    return this.#first.format;
  }

  get outputFormat(): AudioFormat {
    return this.#last.outputFormat;
  }

  get outputFormats(): readonly AudioFormat[] {
    return this.#last.outputFormats;
  }

  get maxFrames(): number {
    return this.#first.maxFrames;
  }

  get maxFramesOut(): number {
    return this.#last.maxFramesOut;
  }

  get latency(): number {
    const { sampleRate } = this.format;
    return this.#runs.reduce(
      (sum, { latency, format }) => sum + Math.ceil((latency * sampleRate) / format.sampleRate) + ROUNDING,
      0,
    );
  }

  get input(): Planar {
    return this.#first.input;
  }

  get framesIn(): number {
    return this.#first.framesIn;
  }

  get framesOut(): number {
    return this.#last.framesOut;
  }

  span(): number {
    return this.#first.span();
  }

  process(frames: number): AudioBlock {
    const start = this.framesOut;
    this.#gathered = 0;
    this.#pass(this.#first.process(frames), 1);
    return this.#block(start);
  }

  *flush(): Generator<AudioBlock, void, void> {
    for (let n = 0; n < this.#runs.length; n++) {
      for (const held of this.#runs[n].flush()) {
        if (n === this.#runs.length - 1) {
          yield held;
          continue;
        }
        const start = this.framesOut;
        this.#gathered = 0;
        this.#pass(held, n + 1);
        if (this.#gathered > 0) yield this.#block(start);
      }
    }
  }

  #block(start: number): AudioBlock {
    return { format: this.outputFormat, start, frames: this.#gathered, channels: this.#output };
  }

  /** A block through the runs from the `n`th on, in as many pieces as those ask for. */
  #pass({ channels, frames }: AudioBlock, n: number): void {
    if (n === this.#runs.length) {
      for (let c = 0; c < channels.length; c++) {
        this.#output[c].set(channels[c].subarray(0, frames), this.#gathered);
      }
      this.#gathered += frames;
      return;
    }
    const run = this.#runs[n];
    for (let at = 0; at < frames; ) {
      const count = Math.min(run.span(), frames - at);
      for (let c = 0; c < run.input.length; c++) {
        run.input[c].set(channels[c].subarray(at, at + count));
      }
      this.#pass(run.process(count), n + 1);
      at += count;
    }
  }
}
