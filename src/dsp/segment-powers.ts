import { BandMasks } from './band-masks.ts';
import type { RealFft } from './fft.ts';
import { barkBands } from './frequency-bands.ts';
import { HANN_ENBW } from './hann-window.ts';
import type { KernelMemory } from './kernel-memory.ts';

/** Mean of the squares of a Hann window. */
const HANN_POWER = 3 / 8;

/** Mean square in each critical band of a segment that fills half a transform under a Hann window, mean over the channels. */
export class SegmentPowers {
  readonly #masks: BandMasks;
  readonly #bins: Float64Array;
  readonly #scale: number;

  constructor(memory: KernelMemory, sampleRate: number, size: number) {
    this.#masks = new BandMasks(memory, barkBands(sampleRate), sampleRate, size);
    this.#bins = memory.f64(size / 2 + 1);
    // Parseval: twice the bins below half the rate, over the size, is the energy under the window.
    this.#scale = (2 * HANN_ENBW) / (size * (size / 2) * HANN_POWER);
  }

  of(spectra: readonly RealFft[]): Float64Array {
    this.#bins.fill(0);
    for (const fft of spectra) fft.addPower(this.#bins);
    // An offset is no sound.
    this.#bins[0] = 0;
    const scale = this.#scale / spectra.length;
    return Float64Array.from(this.#masks.powers(this.#bins), (power) => scale * power);
  }
}
