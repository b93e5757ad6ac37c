import { cos } from './elementary.ts';
import type { RealFft } from './fft.ts';
import type { KernelMemory } from './kernel-memory.ts';

/** 3 t^2 - 2 t^3: from 0 to 1 with level ends. */
const smoothstep = (t: number): number => t * t * (3 - 2 * t);

/**
 * A response over bins 0..size/2 from one factor a band: between two centres it goes from one factor to the other along a
 * smooth step, outside them it stays. Each band's share is kept to an impulse response within +-size/4 (whole to
 * +-size/8, then fading along a cosine), so that the sum may filter segments without wrapping around.
 */
export class BandResponse {
  readonly #memory: KernelMemory;
  readonly #bands: number;
  readonly #bins: number;
  /** Distance of two rows, a multiple of 4. */
  readonly #stride: number;
  /** A row a band: its share of the response in each bin. The rows add up to 1. */
  readonly #shares: Float32Array;
  readonly #factors: Float32Array;
  readonly #response: Float32Array;

  /** `centresHz` rise; `fft` lends its scratch. */
  constructor(memory: KernelMemory, fft: RealFft, sampleRate: number, centresHz: readonly number[]) {
    this.#memory = memory;
    this.#bands = centresHz.length;
    this.#bins = fft.size / 2 + 1;
    this.#stride = 4 * Math.ceil(this.#bins / 4);
    this.#shares = memory.f32(this.#bands * this.#stride);
    this.#factors = memory.f32(this.#bands);
    this.#response = memory.f32(this.#stride);
    const signal = memory.f32(fft.size);
    for (let band = 0; band < this.#bands; band++) {
      for (let k = 0; k < this.#bins; k++) fft.re[k] = shareAt((k * sampleRate) / fft.size, band, centresHz);
      fft.im.fill(0);
      fft.inverse(signal);
      signal.forEach((value, n) => {
        fft.input[n] = (value / fft.size) * taper(Math.min(n, fft.size - n) / fft.size);
      });
      fft.transform();
      this.#shares.set(fft.re, band * this.#stride);
    }
  }

  /** The response for linear `factors`, one a band; the array is the same at every call. */
  of(factors: ArrayLike<number>): Float32Array {
    this.#factors.set(factors);
    const { kernels } = this.#memory;
    if (kernels) {
      const [shares, factor, to] = [this.#shares, this.#factors, this.#response].map((x) => x.byteOffset);
      kernels.sumRows(shares, factor, this.#bands, this.#stride, to);
    } else this.#sumRows();
    return this.#response;
  }

  /** response[k] = sum over bands of factor * share[k], in single precision, lowest band first. Kernel: `sumRows`. */
  #sumRows(): void {
    for (let k = 0; k < this.#bins; k++) {
      let sum = 0;
      for (let band = 0; band < this.#bands; band++) {
        const part = Math.fround(this.#factors[band] * this.#shares[band * this.#stride + k]);
        sum = Math.fround(sum + part);
      }
      this.#response[k] = sum;
    }
  }
}

/** Share of a band in the response at `freq`: 1 at its centre, 0 from the next centres on. */
function shareAt(freq: number, band: number, centresHz: readonly number[]): number {
  const centre = centresHz[band];
  const next = centresHz[freq < centre ? band - 1 : band + 1];
  if (next === undefined) return 1;
  const t = (freq - centre) / (next - centre);
  return t >= 1 ? 0 : 1 - smoothstep(t);
}

/** Weight of an impulse response at a distance from its middle, as a part of the transform. */
function taper(distance: number): number {
  if (distance <= 1 / 8) return 1;
  return distance >= 1 / 4 ? 0 : 0.5 + 0.5 * cos(8 * Math.PI * (distance - 1 / 8));
}
