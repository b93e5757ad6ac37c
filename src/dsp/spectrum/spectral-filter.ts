import type { Planar } from '../../audio/block.ts';
import type { StateMemory } from '../kernel-memory.ts';
import type { FftSize } from './fft.ts';
import { hannWindow } from './hann-window.ts';
import { PairTransform } from './pair-transform.ts';

/**
 * The summed power of all channels goes in, |X[k]|^2 for bins 0..size/2 without DC; the real response for all of them comes out: one
 * factor for bins 0..size-1, bin size - k like bin k.
 */
export type Respond = (power: Float32Array) => Float32Array;

/** Two channels that are transformed together; the second of an odd last one is silent and unheard. */
interface Pair {
  readonly transform: PairTransform;
  /** The last segment of each; frame n is at n modulo its length. */
  readonly past: readonly [Float32Array, Float32Array];
  /** What the segments of each add up to; what goes out with frame n is at n modulo the size. */
  readonly sums: readonly [Float32Array, Float32Array];
}

/** Mean of the squares of a segment's window: 3/8 over the half of it that is Hann's, 1 over the other. */
export const SEGMENT_POWER = 11 / 16;

/** Rises along Hann's window over a quarter of a segment, stays at 1, and falls over the last quarter. */
function segmentWindow(size: FftSize): Float64Array {
  const window = new Float64Array(size / 2).fill(1);
  const hann = hannWindow(size / 4);
  window.set(hann.subarray(0, size / 8));
  window.set(hann.subarray(size / 8), (3 * size) / 8);
  return window;
}

/**
 * A zero-phase filter whose response may change from hop to hop: weighted overlap-add. Segments of half the transform under
 * a window that rises and falls along Hann's over a quarter of their length, hopped by three quarters so that the windows
 * add up to 1, stand in the middle of a transform whose outer quarters are zeros. A response whose impulse response ends within +-size/4 then never wraps around
 * (J. B. Allen, "Short term spectral analysis, synthesis, and modification by discrete Fourier transform", IEEE
 * Trans. ASSP 25(3), 1977): a steady response is a linear-phase FIR filter, and a change fades over a quarter of a
 * segment, 12 ms at 44.1 kHz.
 */
export class SpectralFilter {
  /** Frames from one segment to the next: three eighths of the transform. */
  readonly hop: number;
  /** Frames by which the output lags: a segment and a quarter. */
  readonly latency: number;
  readonly #state: StateMemory;
  readonly #size: number;
  readonly #segment: number;
  /** An eighth of the transform: segments begin and end, and rings wrap, at multiples of it. */
  readonly #eighth: number;
  readonly #window: Float32Array;
  readonly #power: Float32Array;
  readonly #pairs: readonly Pair[];
  readonly #position: Float64Array;

  constructor(state: StateMemory, channels: number, size: FftSize) {
    const { memory } = state;
    this.#state = state;
    this.#size = size;
    this.#segment = size / 2;
    this.#eighth = size / 8;
    this.hop = 3 * this.#eighth;
    this.latency = this.#segment + size / 4;
    this.#window = memory.f32(this.#segment);
    this.#window.set(segmentWindow(size));
    this.#power = memory.f32(size / 2 + 1);
    const two = (length: number): readonly [Float32Array, Float32Array] => [
      state.f32(length),
      state.f32(length),
    ];
    this.#pairs = Array.from({ length: Math.ceil(channels / 2) }, () => ({
      transform: new PairTransform(memory, size),
      past: two(this.#segment),
      sums: two(size),
    }));
    this.#position = state.f64(1);
  }

  /** In place; `respond` is asked once a hop. */
  process(channels: Planar, frames: number, respond: Respond): void {
    for (let done = 0; done < frames; ) {
      const position = this.#position[0];
      const take = Math.min(frames - done, this.#eighth - (position % this.#eighth));
      const slot = position % this.#size;
      for (let n = 0; n < channels.length; n++) {
        const { past, sums } = this.#pairs[n >> 1];
        this.#exchange(past[n & 1], position % this.#segment, sums[n & 1], slot, channels[n], done, take);
      }
      if (channels.length % 2 === 1) this.#pairs[channels.length >> 1].sums[1].fill(0, slot, slot + take);
      this.#position[0] = position + take;
      done += take;
      if ((position + take) % this.hop === 0) this.#filterSegment(respond);
    }
  }

  /** What comes in from x to the last segment, what goes out from the sums, which are cleared. Kernel: `exchangeSegment`. */
  #exchange(
    past: Float32Array,
    at: number,
    sums: Float32Array,
    slot: number,
    x: Float32Array,
    from: number,
    frames: number,
  ): void {
    const { kernels } = this.#state.memory;
    if (kernels) {
      const audio = x.byteOffset + 4 * from;
      kernels.exchangeSegment(past.byteOffset + 4 * at, sums.byteOffset + 4 * slot, audio, frames);
      return;
    }
    for (let i = 0; i < frames; i++) {
      past[at + i] = x[from + i];
      x[from + i] = sums[slot + i];
      sums[slot + i] = 0;
    }
  }

  #filterSegment(respond: Respond): void {
    const position = this.#position[0];
    this.#power.fill(0);
    for (const { transform, past } of this.#pairs) {
      transform.forward(past[0], past[1], position % this.#segment, this.#window);
      transform.addPower(this.#power);
    }
    const response = respond(this.#power);
    for (const { transform, sums } of this.#pairs) {
      transform.back(response, sums[0], sums[1], position % this.#size);
    }
  }
}
