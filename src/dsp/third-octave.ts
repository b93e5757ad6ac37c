import { exp2 } from './elementary.ts';
import { HANN_ENBW } from './hann-window.ts';

/**
 * Nominal centre frequencies in Hz of the third-octave bands from 20 Hz to 20 kHz. IEC 61260-1:2014, Annex E. The exact
 * ones are 1000 * 10^(n/10), n = -17..13 (5.2 to 5.4, base-ten system).
 */
export const THIRD_OCTAVES: readonly number[] = [
  20, 25, 31.5, 40, 50, 63, 80, 100, 125, 160, 200, 250, 315, 400, 500, 630, 800, 1000, 1250, 1600, 2000,
  2500, 3150, 4000, 5000, 6300, 8000, 10000, 12500, 16000, 20000,
];

const FIRST_BAND = -17;
const LOG2_10 = 3.321928094887362;

/** Exact edge in Hz below the n-th band from 1 kHz: 1000 * 10^((n - 1/2) / 10). IEC 61260-1:2014, 5.5. */
const lowerEdge = (n: number): number => 1000 * exp2(((n - 0.5) / 10) * LOG2_10);

/** Third-octave bands over the bins of a power spectrum whose window is Hann's. */
export class ThirdOctaveBands {
  /** Nominal centre frequencies of the bands, in Hz: those of `THIRD_OCTAVES` whose centre is below half the rate. */
  readonly freqs: readonly number[];
  /** Edges in bins; band i lies between edge i and edge i + 1. Bin k spans k - 1/2 to k + 1/2. */
  readonly #edges: readonly number[];

  constructor(sampleRate: number, fftSize: number) {
    this.freqs = THIRD_OCTAVES.filter((freq) => freq < sampleRate / 2);
    const binsPerHz = fftSize / sampleRate;
    const last = fftSize / 2 + 0.5;
    const edges = [...this.freqs.keys(), this.freqs.length].map((i) => lowerEdge(FIRST_BAND + i) * binsPerHz);
    this.#edges = edges.map((edge) => Math.min(edge, last));
  }

  /**
   * Power in each band, from a spectrum on whose scale a full-scale sine is 1 at its bin: the sum over the band (a bin
   * on an edge is shared by width) over the window's noise bandwidth. A full-scale sine inside a band is then 1, and
   * noise is twice its mean square there (Parseval). Bands narrower than the window's 1.5 bins share their power.
   */
  powers(spectrum: Float64Array): number[] {
    return this.freqs.map((_, band) => {
      const low = this.#edges[band];
      const high = this.#edges[band + 1];
      let sum = 0;
      for (let k = Math.round(low); k < high + 0.5 && k < spectrum.length; k++) {
        const width = Math.min(high, k + 0.5) - Math.max(low, k - 0.5);
        if (width > 0) sum += width * spectrum[k];
      }
      return sum / HANN_ENBW;
    });
  }
}
