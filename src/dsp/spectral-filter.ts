import type { Planar } from '../audio/block.ts';
import { type FftSize, RealFft } from './fft.ts';
import { addScaled } from './gain.ts';
import { hannWindow } from './hann-window.ts';
import type { StateMemory } from './kernel-memory.ts';

/** to[k] = x[k] * factor[k] in single precision; kernel `applyWindow`, whose frames are a multiple of 4. */
function product(x: Float32Array, factor: Float32Array, to: Float32Array, from = 0): void {
  for (let k = from; k < x.length; k++) to[k] = x[k] * factor[k];
}

/** A spectrum of each channel goes in, the real response for all of them comes out: one factor for bins 0..size/2. */
export type Respond = (spectra: readonly RealFft[]) => Float32Array;

/**
 * A zero-phase filter whose response may change from hop to hop: weighted overlap-add. Segments of half the transform under
 * a Hann window, hopped by half of their length so that the windows add up to 1, stand in the middle of a transform
 * whose outer quarters are zeros. A response whose impulse response ends within +-size/4 then never wraps around
 * (J. B. Allen, "Short term spectral analysis, synthesis, and modification by discrete Fourier transform", IEEE
 * Trans. ASSP 25(3), 1977): a steady response is a linear-phase FIR filter, and a change fades over a segment.
 */
export class SpectralFilter {
  /** Frames from one segment to the next: a quarter of the transform. */
  readonly hop: number;
  /** Frames by which the output lags: a segment and a quarter. */
  readonly latency: number;
  /** One transform a channel. */
  readonly spectra: readonly RealFft[];
  readonly #state: StateMemory;
  readonly #size: number;
  readonly #segment: number;
  readonly #window: Float32Array;
  readonly #back: Float32Array;
  /** The last segment of each channel; frame n is at n modulo its length. */
  readonly #past: Planar;
  /** What the segments add up to; what goes out with frame n is at n modulo the size. */
  readonly #sums: Planar;
  readonly #position: Float64Array;

  constructor(state: StateMemory, channels: number, size: FftSize) {
    const { memory } = state;
    this.#state = state;
    this.#size = size;
    this.#segment = size / 2;
    this.hop = size / 4;
    this.latency = this.#segment + size / 4;
    this.#window = memory.f32(this.#segment);
    this.#window.set(hannWindow(this.#segment));
    this.#back = memory.f32(size);
    this.spectra = Array.from({ length: channels }, () => new RealFft(memory, size));
    this.#past = Array.from({ length: channels }, () => state.f32(this.#segment));
    this.#sums = Array.from({ length: channels }, () => state.f32(size));
    this.#position = state.f64(1);
  }

  /** In place; `respond` is asked once a hop. */
  process(channels: Planar, frames: number, respond: Respond): void {
    for (let done = 0; done < frames; ) {
      const position = this.#position[0];
      const take = Math.min(frames - done, this.hop - (position % this.hop));
      const slot = position % this.#size;
      for (let n = 0; n < channels.length; n++) {
        this.#copy(this.#past[n], position % this.#segment, channels[n], done, take);
        this.#copy(channels[n], done, this.#sums[n], slot, take);
        this.#sums[n].fill(0, slot, slot + take);
      }
      this.#position[0] = position + take;
      done += take;
      if ((position + take) % this.hop === 0) this.#filterSegment(respond);
    }
  }

  #copy(to: Float32Array, at: number, x: Float32Array, from: number, frames: number): void {
    const { kernels } = this.#state.memory;
    if (kernels) kernels.copy(to.byteOffset + 4 * at, x.byteOffset + 4 * from, frames);
    else for (let i = 0; i < frames; i++) to[at + i] = x[from + i];
  }

  #filterSegment(respond: Respond): void {
    const oldest = this.#position[0] % this.#segment;
    const slot = this.#position[0] % this.#size;
    this.spectra.forEach((fft, n) => {
      this.#load(this.#past[n], oldest, fft.input);
      fft.transform();
    });
    const response = respond(this.spectra);
    this.spectra.forEach((fft, n) => {
      this.#weigh(fft.re, response);
      this.#weigh(fft.im, response);
      fft.inverse(this.#back);
      this.#add(this.#sums[n], slot);
    });
  }

  /** The windowed segment into the middle of `to`, read from `oldest` on, zeros around it. */
  #load(past: Float32Array, oldest: number, to: Float32Array): void {
    const start = this.#size / 4;
    const newer = this.#segment - oldest;
    to.fill(0, 0, start).fill(0, start + this.#segment);
    this.#windowed(past, oldest, 0, newer, to, start);
    this.#windowed(past, 0, newer, oldest, to, start + newer);
  }

  #windowed(x: Float32Array, from: number, at: number, frames: number, to: Float32Array, into: number): void {
    const { kernels } = this.#state.memory;
    const window = this.#window;
    if (kernels) {
      kernels.applyWindow(
        x.byteOffset + 4 * from,
        window.byteOffset + 4 * at,
        frames,
        to.byteOffset + 4 * into,
      );
    } else for (let i = 0; i < frames; i++) to[into + i] = x[from + i] * window[at + i];
  }

  #weigh(bins: Float32Array, response: Float32Array): void {
    const { kernels } = this.#state.memory;
    const last = bins.length - 1;
    if (kernels) kernels.applyWindow(bins.byteOffset, response.byteOffset, last, bins.byteOffset);
    product(bins, response, bins, kernels ? last : 0);
  }

  /** Adds the filtered segment to what goes out from `slot` on, around the ring. */
  #add(sums: Float32Array, slot: number): void {
    const { kernels } = this.#state.memory;
    const size = this.#size;
    addScaled(kernels, sums.subarray(slot), this.#back, size - slot, 1 / size);
    if (slot > 0) addScaled(kernels, sums, this.#back.subarray(size - slot), slot, 1 / size);
  }
}
