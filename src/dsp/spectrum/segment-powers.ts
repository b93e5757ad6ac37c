import type { KernelMemory } from '../kernel-memory.ts';
import { BandMasks } from './band-masks.ts';
import { barkBands } from './frequency-bands.ts';
import { HANN_ENBW } from './hann-window.ts';
import { SEGMENT_POWER, segmentFrames } from './spectral-filter.ts';

/** Mean square in each critical band of a segment of `SpectralFilter`, mean over the channels. */
export class SegmentPowers {
  readonly #masks: BandMasks;
  readonly #powers: Float64Array;
  readonly #scale: number;

  constructor(memory: KernelMemory, sampleRate: number, size: number, channels: number) {
    this.#masks = new BandMasks(memory, barkBands(sampleRate), sampleRate, size);
    this.#powers = memory.f64(this.#masks.bands.freqs.length);
    // Parseval: twice the bins below half the rate, over the size, is the energy under the window.
    this.#scale = (2 * HANN_ENBW) / (size * segmentFrames(size) * SEGMENT_POWER * channels);
  }

  /** From |X[k]|^2 for bins 0..size/2, summed over the channels; the array is the same at every call. */
  of(power: Float32Array): Float64Array {
    this.#masks.measure(power, this.#powers);
    for (let n = 0; n < this.#powers.length; n++) this.#powers[n] *= this.#scale;
    return this.#powers;
  }
}
