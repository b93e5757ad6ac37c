import { cos } from '../elementary.ts';
import { multiply } from '../gain/gain.ts';
import type { KernelMemory, Kernels } from '../kernel-memory.ts';
import { largestMagnitude } from '../levels/level.ts';
import { DB_PER_OCTAVE, fastExp2 } from '../log-domain.ts';
import { type FftSize, RealFft } from './fft.ts';

/** 3 t^2 - 2 t^3: from 0 to 1 with level ends. */
const smoothstep = (t: number): number => t * t * (3 - 2 * t);

/** Bins in a vector of the kernel. */
const LANES = 4;
/**
 * Part of the response below which a band's share is left out. As shares weigh what a factor is off 1, a response of ones stays
 * exact, and at 6 dB 25 bands leave out 5e-6 (-106 dB) at most.
 */
const NEGLIGIBLE = 2e-7;
const STRETCH = 64;

/** Frames on either side of a response's middle beyond which it is silent. */
export const responseReach = (size: number): number => (3 * size) / 16;

/** Where a band's share stands: in so many bins from `first` on, multiples of 4. */
interface Span {
  readonly first: number;
  readonly share: Float32Array;
}

/**
 * A response over bins 0..size-1 from one factor a band: between two centres it goes from one factor to the other along a
 * smooth step, outside them it stays. Each band's share is kept to an impulse response within `responseReach` (whole to
 * +-size/8, then fading along a cosine), so that the sum may filter segments without wrapping around.
 */
export class BandResponse {
  readonly #memory: KernelMemory;
  readonly #size: number;
  /** For each band its first bin and its number of vectors of four bins. */
  readonly #spans: Int32Array;
  /** The shares of all bands in their spans, one after the other. They add up to 1. */
  readonly #shares: Float32Array;
  /** What the factor of each band is off 1; of an even number of bands. */
  readonly #excess: Float32Array;
  readonly #response: Float32Array;

  /** `centresHz` rise. */
  constructor(memory: KernelMemory, sampleRate: number, size: FftSize, centresHz: readonly number[]) {
    const fft = new RealFft(memory, size);
    const signal = memory.f32(size);
    const tapers = memory.f64(size);
    for (let n = 0; n < size / 4; n++) {
      tapers[n] = Math.fround(taper(n / size) / size);
      if (n > 0) tapers[size - n] = tapers[n];
    }
    const binOf = (freqHz = sampleRate): number => Math.ceil((freqHz * size) / sampleRate);
    const spans = centresHz.map((_, band) => {
      // From the centre before to the centre behind; the outermost shares go on to the ends.
      const from = band > 0 ? binOf(centresHz[band - 1]) : 0;
      const to = Math.min(size / 2, binOf(centresHz[band + 1]));
      fft.re.fill(0);
      for (let k = from; k <= to; k++) fft.re[k] = shareAt((k * sampleRate) / size, band, centresHz);
      fft.im.fill(0);
      fft.inverse(signal);
      multiply(memory.kernels, signal, tapers, size);
      fft.input.set(signal);
      fft.transform();
      return spanOf(memory.kernels, fft.re);
    });
    this.#memory = memory;
    this.#size = size;
    this.#spans = memory.i32(2 * spans.length);
    this.#spans.set(spans.flatMap(({ first, share }) => [first, share.length / LANES]));
    this.#shares = memory.f32(spans.reduce((sum, { share }) => sum + share.length, 0));
    let at = 0;
    for (const { share } of spans) {
      this.#shares.set(share, at);
      at += share.length;
    }
    this.#excess = memory.f32(spans.length + (spans.length % 2));
    this.#response = memory.f32(size);
  }

  /** The response for gains in dB, one a band, on the same memory; the array is the same at every call. */
  of(gainsDb: Float64Array): Float32Array {
    const { kernels } = this.#memory;
    const excess = this.#excess;
    const bands = gainsDb.length;
    if (kernels) {
      const [spans, shares] = [this.#spans.byteOffset, this.#shares.byteOffset];
      kernels.excessOfGains(gainsDb.byteOffset, excess.length, excess.byteOffset);
      kernels.sumSpans(spans, shares, excess.byteOffset, bands, this.#size, this.#response.byteOffset);
    } else {
      for (let n = 0; n < bands; n++) excess[n] = fastExp2(gainsDb[n] / DB_PER_OCTAVE) - 1;
      this.#sumSpans(bands);
    }
    return this.#response;
  }

  /** response[k] = 1 + sum over bands of excess * share[k], in single precision, lowest band first. Kernel: `sumSpans`. */
  #sumSpans(bands: number): void {
    const response = this.#response;
    const size = this.#size;
    response.fill(1);
    let at = 0;
    for (let band = 0; band < bands; band++) {
      const excess = this.#excess[band];
      const first = this.#spans[2 * band];
      const end = first + LANES * this.#spans[2 * band + 1];
      for (let k = first; k < end; k++) response[k] += Math.fround(excess * this.#shares[at++]);
    }
    for (let k = 1; k < size / 2; k++) response[size - k] = response[k];
  }
}

/** The whole vectors of a share that are worth counting; most of it is not, and is passed over in stretches. */
function spanOf(kernels: Kernels | null, share: Float32Array): Span {
  const isLeftOut = (at: number, bins: number): boolean =>
    largestMagnitude(kernels, share.subarray(at, at + bins), bins) <= NEGLIGIBLE;
  let first = 0;
  while (isLeftOut(first, STRETCH)) first += STRETCH;
  while (isLeftOut(first, 1)) first++;
  let last = share.length - 1;
  while (isLeftOut(last - STRETCH, STRETCH + 1)) last -= STRETCH;
  while (isLeftOut(last, 1)) last--;
  const from = Math.floor(first / LANES) * LANES;
  const kept = new Float32Array(Math.ceil((last + 1 - from) / LANES) * LANES);
  kept.set(share.subarray(from, last + 1));
  return { first: from, share: kept };
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
  return distance >= 3 / 16 ? 0 : 0.5 + 0.5 * cos(16 * Math.PI * (distance - 1 / 8));
}
