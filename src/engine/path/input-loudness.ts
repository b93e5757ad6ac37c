import type { Planar } from '../../audio/block.ts';
import type { AudioFormat } from '../../audio/format.ts';
import { type KernelMemory, StateMemory } from '../../dsp/kernel-memory.ts';
import { channelWeights } from '../../dsp/loudness/channel-weights.ts';
import { LoudnessMeter } from '../../dsp/loudness/loudness-meter.ts';
import type { Level } from '../../monitor/analysis.ts';

/** What an analysis for loudness and true peak would say of an input. */
export interface InputFigures {
  /** LUFS. */
  readonly integrated: Level;
  /** LU; null under 3 s. */
  readonly range: Level;
  /** dBTP, of the largest channel. */
  readonly truePeak: Level;
}

/** Measures what comes in before any stage works on it, so that the input needs no pass of its own. */
export class InputLoudness {
  readonly #meter: LoudnessMeter;

  constructor(memory: KernelMemory, { sampleRate, channels, layout }: AudioFormat, maxFrames: number) {
    const weights = channelWeights(layout);
    this.#meter = new LoudnessMeter(new StateMemory(memory), { sampleRate, channels, maxFrames, weights });
  }

  process(channels: Planar, frames: number): void {
    this.#meter.process(channels, frames);
  }

  /** To be called once, when all is in. */
  figures(): InputFigures {
    this.#meter.finish();
    const { integrated, range, highestTruePeak: truePeak } = this.#meter;
    return { integrated, range, truePeak };
  }
}
