import type { StateMemory } from '../kernel-memory.ts';
import { fastExp2, fastLog2 } from '../log-domain.ts';

/** Share of the magnitude that lies at or below the rolloff frequency. Tzanetakis and Cook, 2002, III-A. */
const ROLLOFF_SHARE = 0.85;

/** Bins of a block, and blocks between two logarithms; the same stand in src/kernels/spectral-features.ts. */
const BLOCK = 64;
const BLOCKS_PER_LOG = 8;

/** Places in the record of sums. */
const MAGNITUDES = 0;
const MOMENTS = 1;
const POWERS = 2;
const LARGEST = 3;
const RISES = 4;
const LOGS = 5;
const SUMS = 6;

const single = new Float32Array(1);
const word = new Uint32Array(single.buffer);

/** Twin of the kernel `spectralFeatures`; its lanes are the last index of each array here. */
function sumBins(
  power: Float32Array,
  previous: Float32Array,
  blocks: Float64Array,
  record: Float64Array,
): void {
  const { fround } = Math;
  const bins = power.length - 1;
  const [magnitudes, moments, powers, rises, logs] = Array.from({ length: 5 }, () => [0, 0]);
  let product = [1, 1];
  let exponents = 0;
  record[LARGEST] = 0;
  for (let b = 0; b < bins / BLOCK; b++) {
    const [a, moment, p, rise] = Array.from({ length: 4 }, () => new Float32Array(4));
    const mantissas = new Float32Array(4).fill(1);
    for (let i = 0; i < BLOCK; i++) {
      const k = 1 + b * BLOCK + i;
      const lane = i % 4;
      const magnitude = fround(Math.sqrt(power[k]));
      const step = fround(magnitude - previous[k]);
      previous[k] = magnitude;
      a[lane] += magnitude;
      moment[lane] += fround(i * magnitude);
      p[lane] += power[k];
      rise[lane] += Math.max(0, step);
      record[LARGEST] = Math.max(record[LARGEST], power[k]);
      single[0] = power[k];
      exponents += word[0] >>> 23;
      word[0] = (word[0] & 0x007fffff) | 0x3f800000;
      mantissas[lane] *= single[0];
    }
    for (const half of [0, 1]) {
      const sum = a[half] + a[half + 2];
      magnitudes[half] += sum;
      moments[half] += moment[half] + moment[half + 2] + b * BLOCK * sum;
      powers[half] += p[half] + p[half + 2];
      rises[half] += rise[half] + rise[half + 2];
      product[half] *= mantissas[half] * mantissas[half + 2];
    }
    blocks[b] = a[0] + a[2] + (a[1] + a[3]);
    if ((b + 1) % BLOCKS_PER_LOG === 0) {
      for (const half of [0, 1]) logs[half] += fastLog2(product[half]);
      product = [1, 1];
    }
  }
  for (const half of [0, 1]) logs[half] += fastLog2(product[half]);
  record[MAGNITUDES] = magnitudes[0] + magnitudes[1];
  record[MOMENTS] = moments[0] + moments[1];
  record[POWERS] = powers[0] + powers[1];
  record[RISES] = rises[0] + rises[1];
  record[LOGS] = exponents - 127 * bins + (logs[0] + logs[1]);
}

/**
 * Figures of one power spectrum after another, over the bins 1..size/2 (DC left out), a[k] being the magnitude, the
 * square root of the power p[k]. Each is NaN for a spectrum of zeros, the flux excepted.
 */
export class SpectralFeatures {
  /** Powers of bins 0..size/2, to be filled in before `measure`. */
  readonly power: Float32Array;
  readonly #state: StateMemory;
  /** Magnitudes of the last spectrum measured. */
  readonly #magnitudes: Float32Array;
  /** Sums of the magnitudes over 64 bins. */
  readonly #blocks: Float64Array;
  readonly #record: Float64Array;

  constructor(state: StateMemory, fftSize: number) {
    const bins = fftSize / 2;
    this.#state = state;
    this.power = state.memory.f32(bins + 1);
    this.#magnitudes = state.f32(bins + 1);
    this.#blocks = state.memory.f64(bins / BLOCK);
    this.#record = state.memory.f64(SUMS);
  }

  /** Looks at `power`, and keeps its magnitudes for the next flux. */
  measure(): void {
    const { power } = this;
    const kernels = this.#state.memory.kernels;
    if (kernels) {
      kernels.spectralFeatures(
        power.byteOffset + 4,
        power.length - 1,
        this.#magnitudes.byteOffset + 4,
        this.#blocks.byteOffset,
        this.#record.byteOffset,
      );
    } else sumBins(power, this.#magnitudes, this.#blocks, this.#record);
  }

  /** Sum of the powers. */
  get total(): number {
    return this.#record[POWERS];
  }

  /** Centre of gravity in bins: sum k a[k] / sum a[k]. Tzanetakis and Cook, IEEE Trans. Speech Audio Proc. 10(5), 2002. */
  get centroid(): number {
    // The kernel counts bins from the first one it sees.
    return 1 + this.#record[MOMENTS] / this.#record[MAGNITUDES];
  }

  /** The lowest bin up to which the magnitudes add up to 85 % of their sum. Tzanetakis and Cook, 2002. */
  get rolloff(): number {
    const target = ROLLOFF_SHARE * this.#record[MAGNITUDES];
    if (!(target > 0)) return Number.NaN;
    let sum = 0;
    let block = 0;
    while (block < this.#blocks.length - 1 && sum + this.#blocks[block] < target)
      sum += this.#blocks[block++];
    let bin = 1 + block * BLOCK;
    while (bin < this.#magnitudes.length - 1) {
      sum += this.#magnitudes[bin];
      if (sum >= target) break;
      bin++;
    }
    return bin;
  }

  /**
   * Geometric over arithmetic mean of the powers, 0 (a tone) to 1 (flat). Johnston, IEEE J. Sel. Areas Commun. 6(2), 1988,
   * III-B. White noise reads e^-0.5772 = 0.56, because powers of single windows are exponentially distributed.
   */
  get flatness(): number {
    const bins = this.power.length - 1;
    const mean = this.#record[POWERS] / bins;
    return mean > 0 ? fastExp2(this.#record[LOGS] / bins) / mean : Number.NaN;
  }

  /** Largest power over the mean power, 1 (flat) to size/2. Peeters, CUIDADO project report, Ircam 2004, 6.6. */
  get crest(): number {
    return (this.#record[LARGEST] * (this.power.length - 1)) / this.#record[POWERS];
  }

  /** Sum of what the magnitudes have risen since the spectrum before. Dixon, "Onset detection revisited", DAFx 2006, 2.1. */
  get flux(): number {
    return this.#record[RISES];
  }
}
