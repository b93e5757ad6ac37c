import type { KernelMemory, Kernels } from '../kernel-memory.ts';
import type { FrequencyBands } from './frequency-bands.ts';
import { HANN_ENBW } from './hann-window.ts';
import type { SpectrumLayout } from './spectrum-layout.ts';

/** Bins in a vector of the kernel. */
const LANES = 4;

/** Twin of the kernel `bandPowers`: eight lanes of 32 bits, folded 4 + 4, 2 + 2, 1 + 1. */
function bandPowers(
  power: Float32Array,
  spans: Int32Array,
  weights: Float32Array,
  bands: number,
  scale: number,
  out: Float64Array,
): void {
  const sums = new Float32Array(2 * LANES);
  let weight = 0;
  for (let band = 0; band < bands; band++) {
    const first = spans[2 * band];
    sums.fill(0);
    for (let i = 0; i < LANES * spans[2 * band + 1]; i++, weight++) {
      // The last vector may reach beyond the spectrum, where weights are 0.
      sums[i % (2 * LANES)] += Math.fround((power[first + i] ?? 0) * weights[weight]);
    }
    for (let lane = 0; lane < LANES; lane++) sums[lane] += sums[lane + LANES];
    out[band] = (sums[0] + sums[2] + (sums[1] + sums[3])) * scale;
  }
}

/** Twin of the kernel `bandPowers64`. */
function bandPowers64(
  power: Float64Array,
  spans: Int32Array,
  weights: Float64Array,
  out: Float64Array,
): void {
  let weight = 0;
  for (let band = 0; band < out.length; band++) {
    const first = spans[2 * band];
    const count = LANES * spans[2 * band + 1];
    const inside = Math.min(count, power.length - first);
    let sum = 0;
    for (let i = 0; i < inside; i++) sum += weights[weight + i] * power[first + i];
    out[band] = sum / HANN_ENBW;
    weight += count;
  }
}

/**
 * Bands over the bins 0..size/2 of a power spectrum whose window is Hann's, as weights computed once: bin k spans
 * k - 1/2 to k + 1/2, cut at 0 and size/2, and a bin on an edge is shared by width.
 */
export class BandMasks {
  readonly bands: FrequencyBands;
  readonly #kernels: Kernels | null;
  /** For each band its first bin and its number of vectors of four bins. */
  readonly #spans: Int32Array;
  /** Weights of all bands one after the other, each band filled up with zeros to whole vectors. */
  readonly #weights: Float32Array;
  /** The same before they were rounded for the kernel. */
  readonly #exactWeights: Float64Array;

  constructor(memory: KernelMemory, bands: FrequencyBands, sampleRate: number, fftSize: number) {
    this.bands = bands;
    this.#kernels = memory.kernels;
    const masks = bands.freqs.map((_, band) =>
      mask(bands.edges[band], bands.edges[band + 1], sampleRate, fftSize),
    );
    const weights = masks.flatMap((entry) => entry.weights);
    this.#spans = memory.i32(2 * masks.length);
    this.#spans.set(masks.flatMap((entry) => [entry.first, entry.weights.length / LANES]));
    this.#weights = memory.f32(weights.length);
    this.#weights.set(weights);
    this.#exactWeights = memory.f64(weights.length);
    this.#exactWeights.set(weights);
  }

  /**
   * Power in each band, into `out`, from a spectrum on whose scale a full-scale sine is 1 at its bin and whose ends (DC
   * and Nyquist) are halved: the sum over the band over the window's noise bandwidth. A full-scale sine inside a
   * band is then 1, and noise is twice its mean square there (Parseval). Bands narrower than the window's 1.5 bins
   * share their power. Both arrays stand on the memory of the masks.
   */
  measure(power: Float32Array, out: Float64Array): void {
    const bands = this.bands.freqs.length;
    const spans = this.#spans;
    const weights = this.#weights;
    if (this.#kernels) {
      const { bandPowers } = this.#kernels;
      bandPowers(
        power.byteOffset,
        spans.byteOffset,
        weights.byteOffset,
        bands,
        1 / HANN_ENBW,
        out.byteOffset,
      );
    } else bandPowers(power, spans, weights, bands, 1 / HANN_ENBW, out);
  }

  /** The same from a mean spectrum in 64 bits. With `kernels`, both arrays stand on the memory of the masks. */
  measureMean(
    power: Float64Array,
    out: Float64Array = new Float64Array(this.bands.freqs.length),
    kernels: Kernels | null = null,
  ): Float64Array {
    const spans = this.#spans;
    const weights = this.#exactWeights;
    if (kernels) {
      kernels.bandPowers64(
        power.byteOffset,
        power.length,
        spans.byteOffset,
        weights.byteOffset,
        out.length,
        HANN_ENBW,
        out.byteOffset,
      );
    } else bandPowers64(power, spans, weights, out);
    return out;
  }
}

/** First bin and weights of one band: 1 but for the bins at its ends. */
function mask(lowHz: number, highHz: number, sampleRate: number, fftSize: number) {
  const low = (lowHz * fftSize) / sampleRate;
  const high = (highHz * fftSize) / sampleRate;
  const nyquist = fftSize / 2;
  const first = Math.min(Math.round(low), nyquist);
  const last = Math.max(first, Math.min(nyquist, Math.ceil(high + 0.5) - 1));
  const count = last - first + 1;
  const weights = new Array<number>(LANES * Math.ceil(count / LANES)).fill(0).fill(1, 0, count);
  for (const k of [first, last]) {
    const from = Math.max(0, k - 0.5);
    const to = Math.min(nyquist, k + 0.5);
    weights[k - first] = Math.max(0, Math.min(high, to) - Math.max(low, from)) / (to - from);
  }
  return { first, weights };
}

/** Masks of the third-octave and the critical bands; octaves are sums of third-octaves. */
export interface BandMaskPair {
  readonly thirds: BandMasks;
  readonly bark: BandMasks;
}

/** The masks for a layout. */
export function bandMasks(memory: KernelMemory, layout: SpectrumLayout): BandMaskPair {
  const { thirds, bark, format, fftSize } = layout;
  return {
    thirds: new BandMasks(memory, thirds, format.sampleRate, fftSize),
    bark: new BandMasks(memory, bark, format.sampleRate, fftSize),
  };
}
