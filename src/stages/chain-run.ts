import type { AudioBlock, Planar } from '../audio/block.ts';
import type { AudioFormat } from '../audio/format.ts';
import type { BlockRun } from './aligned-run.ts';

/** Runs one behind the other, each at the rate and in the format that the one before gives. */
export class ChainRun implements BlockRun {
  readonly #runs: readonly BlockRun[];
  readonly #first: BlockRun;
  readonly #last: BlockRun;

  /** At least one; each takes as many frames at a time as the one before gives. */
  constructor(runs: readonly BlockRun[]) {
    this.#runs = runs;
    this.#first = runs[0];
    this.#last = runs[runs.length - 1];
  }

  get format(): AudioFormat {
    return this.#first.format;
  }

  get outputFormat(): AudioFormat {
    return this.#last.outputFormat;
  }

  get maxFrames(): number {
    return this.#first.maxFrames;
  }

  get maxFramesOut(): number {
    return this.#last.maxFramesOut;
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

  process(frames: number): AudioBlock {
    return this.#pass(this.#first.process(frames), 1);
  }

  *flush(): Generator<AudioBlock, void, void> {
    for (let n = 0; n < this.#runs.length; n++) {
      for (const held of this.#runs[n].flush()) {
        const block = this.#pass(held, n + 1);
        if (block.frames > 0) yield block;
      }
    }
  }

  /** A block through the runs from the `n`th on. A run that has gathered too little for a frame gives an empty one. */
  #pass(given: AudioBlock, n: number): AudioBlock {
    let block = given;
    for (const run of this.#runs.slice(n)) {
      if (block.frames === 0) {
        return { format: this.outputFormat, start: this.framesOut, frames: 0, channels: [] };
      }
      for (let c = 0; c < run.input.length; c++) {
        run.input[c].set(block.channels[c].subarray(0, block.frames));
      }
      block = run.process(block.frames);
    }
    return block;
  }
}
