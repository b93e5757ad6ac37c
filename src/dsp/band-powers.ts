import type { CriticalBand } from './critical-bands.ts';
import type { RealFft } from './fft.ts';
import type { KernelMemory } from './kernel-memory.ts';

/** Sum of the squares of a Hann window over its length: 3/8. */
const HANN_POWER = 3 / 8;

/** Power of each band from spectra of a Hann-windowed segment: mean square, mean over the channels. */
export class BandPowers {
  readonly #edges: readonly number[];
  readonly #scale: number;
  readonly #bins: Float64Array;
  readonly #powers: Float64Array;

  /** `size` is that of the transform, `segment` the length of the window inside it. */
  constructor(
    memory: KernelMemory,
    bands: readonly CriticalBand[],
    sampleRate: number,
    size: number,
    segment: number,
  ) {
    const binOf = (freqHz: number): number => Math.ceil((freqHz * size) / sampleRate);
    this.#edges = [...bands.map(({ lowHz }) => binOf(lowHz)), size / 2];
    // Parseval: twice the bins below half the rate over size is the energy under the window.
    this.#scale = 2 / (size * segment * HANN_POWER);
    this.#bins = memory.f64(size / 2 + 1);
    this.#powers = new Float64Array(bands.length);
  }

  /** The array is the same at every call. */
  of(spectra: readonly RealFft[]): Float64Array {
    this.#bins.fill(0);
    for (const fft of spectra) fft.addPower(this.#bins);
    const scale = this.#scale / spectra.length;
    for (let n = 0; n < this.#powers.length; n++) {
      let sum = 0;
      for (let k = Math.max(1, this.#edges[n]); k < this.#edges[n + 1]; k++) sum += this.#bins[k];
      this.#powers[n] = scale * sum;
    }
    return this.#powers;
  }
}
