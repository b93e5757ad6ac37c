import type { Planar } from '../../audio/block.ts';
import type { StateMemory } from '../kernel-memory.ts';
import { largest } from './level.ts';
import { TRUE_PEAK_LAG, TruePeak } from './true-peak.ts';

interface PeakMeterOptions {
  readonly channels: number;
  readonly maxFrames: number;
  /** Whether peaks between the samples are read, by BS.1770 Annex 2 and our own finer interpolator. */
  readonly truePeak: boolean;
}

/** The highest sample and the highest true peak of every channel, linear. */
export class PeakMeter {
  readonly #state: StateMemory;
  readonly #maxFrames: number;
  readonly #level: Float32Array;
  readonly #silence: Float32Array;
  readonly #between: readonly TruePeak[];
  readonly #samplePeaks: Float64Array;
  readonly #truePeaks: Float64Array;

  constructor(state: StateMemory, { channels, maxFrames, truePeak }: PeakMeterOptions) {
    const { memory } = state;
    this.#state = state;
    this.#maxFrames = maxFrames;
    this.#level = TruePeak.levels(memory, maxFrames);
    this.#silence = memory.f32(maxFrames);
    this.#between = Array.from(
      { length: truePeak ? channels : 0 },
      () => new TruePeak(state, { fine: true, maxFrames }),
    );
    this.#samplePeaks = state.f64(channels);
    this.#truePeaks = state.f64(channels);
  }

  /** Takes a block and the highest sample of each of its channels. */
  process(channels: Planar, samplePeaks: Float64Array, frames: number): void {
    for (let n = 0; n < channels.length; n++) {
      this.#samplePeaks[n] = Math.max(this.#samplePeaks[n], samplePeaks[n]);
    }
    for (let n = 0; n < this.#between.length; n++) this.#read(n, channels[n], frames);
  }

  /** Reads what lies between the last samples, as silence follows. */
  finish(): void {
    for (let n = 0; n < this.#between.length; n++) {
      for (let left = 2 * TRUE_PEAK_LAG; left > 0; left -= this.#maxFrames) {
        this.#read(n, this.#silence, Math.min(left, this.#maxFrames));
      }
    }
  }

  /** Forgets the peaks so far, not the samples that the next readings stand on. */
  restart(): void {
    this.#samplePeaks.fill(0);
    this.#truePeaks.fill(0);
  }

  samplePeak(channel: number): number {
    return this.#samplePeaks[channel];
  }

  /** Never lower than the sample peak. */
  truePeak(channel: number): number {
    return Math.max(this.#truePeaks[channel], this.#samplePeaks[channel]);
  }

  get highestTruePeak(): number {
    let top = 0;
    for (let n = 0; n < this.#samplePeaks.length; n++) top = Math.max(top, this.truePeak(n));
    return top;
  }

  get highestSamplePeak(): number {
    let top = 0;
    for (let n = 0; n < this.#samplePeaks.length; n++) top = Math.max(top, this.#samplePeaks[n]);
    return top;
  }

  /** What does not exceed the highest peak so far need not be read. */
  #read(channel: number, x: Float32Array, frames: number): void {
    const { kernels } = this.#state.memory;
    const top = this.#truePeaks[channel];
    this.#between[channel].take(x, frames);
    this.#between[channel].read(this.#level, 0, frames, top, false);
    this.#truePeaks[channel] = Math.max(top, largest(kernels, this.#level, frames));
  }
}
