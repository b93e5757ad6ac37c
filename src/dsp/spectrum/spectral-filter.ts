import type { Planar } from '../../audio/block.ts';
import type { StateMemory } from '../kernel-memory.ts';
import { responseReach } from './band-response.ts';
import type { FftSize } from './fft.ts';
import { hannWindow } from './hann-window.ts';
import { PairTransform } from './pair-transform.ts';

/**
 * The summed power of all channels goes in, |X[k]|^2 for bins 0..size/2 without DC; the real response for all of them comes out: one
 * factor for bins 0..size-1, bin size - k like bin k.
 */
export type Respond = (power: Float32Array) => Float32Array;

/** Two channels that are transformed together; the second of an odd last one is silent and unheard. Frame n is at n modulo the size. */
interface Pair {
  readonly transform: PairTransform;
  /** What came in with the last frames. */
  readonly past: readonly [Float32Array, Float32Array];
  /** What the segments of each add up to, where it goes out with a frame to come. */
  readonly sums: readonly [Float32Array, Float32Array];
}

/** Frames of a segment: half of a transform, and an eighth over which it and the next one overlap. */
export const segmentFrames = (size: number): number => (5 * size) / 8;

/** Mean of the squares of a segment's window: 3/8 over the two fifths of it that are Hann's, 1 over the rest. */
export const SEGMENT_POWER = 3 / 4;

/** Rises along Hann's window over an eighth of a transform, stays at 1, and falls over the last eighth. */
function segmentWindow(size: FftSize): Float64Array {
  const window = new Float64Array(segmentFrames(size)).fill(1);
  const hann = hannWindow(size / 4);
  window.set(hann.subarray(0, size / 8));
  window.set(hann.subarray(size / 8), size / 2);
  return window;
}

/**
 * A zero-phase filter whose response may change from hop to hop: weighted overlap-add. Segments of five eighths of the transform
 * under a window that rises and falls along Hann's over an eighth, hopped by half a transform so that the windows add up to 1,
 * stand among zeros. A response whose impulse response ends within +-3/16 of the transform then never wraps around
 * (J. B. Allen, "Short term spectral analysis, synthesis, and modification by discrete Fourier transform", IEEE
 * Trans. ASSP 25(3), 1977): a steady response is a linear-phase FIR filter, and a change fades over an eighth of a
 * transform, 12 ms at 44.1 kHz.
 */
export class SpectralFilter {
  /** Frames from one segment to the next: half a transform. */
  readonly hop: number;
  /** Frames by which the output lags: a segment, and how far a response reaches. */
  readonly latency: number;
  readonly #state: StateMemory;
  readonly #size: number;
  readonly #window: Float32Array;
  readonly #power: Float32Array;
  readonly #pairs: readonly Pair[];
  readonly #position: Float64Array;

  constructor(state: StateMemory, channels: number, size: FftSize) {
    const { memory } = state;
    this.#state = state;
    this.#size = size;
    this.hop = size / 2;
    this.latency = segmentFrames(size) + responseReach(size);
    this.#window = memory.f32(segmentFrames(size));
    this.#window.set(segmentWindow(size));
    this.#power = memory.f32(size / 2 + 1);
    const two = (): readonly [Float32Array, Float32Array] => [state.f32(size), state.f32(size)];
    this.#pairs = Array.from({ length: Math.ceil(channels / 2) }, () => ({
      transform: new PairTransform(memory, size),
      past: two(),
      sums: two(),
    }));
    this.#position = state.f64(1);
  }

  /** In place; `respond` is asked once a hop. */
  process(channels: Planar, frames: number, respond: Respond): void {
    for (let done = 0; done < frames; ) {
      const position = this.#position[0];
      const take = Math.min(frames - done, this.hop - (position % this.hop));
      const slot = position % this.#size;
      for (let n = 0; n < channels.length; n++) {
        const { past, sums } = this.#pairs[n >> 1];
        this.#exchange(past[n & 1], sums[n & 1], slot, channels[n], done, take);
      }
      if (channels.length % 2 === 1) this.#pairs[channels.length >> 1].sums[1].fill(0, slot, slot + take);
      this.#position[0] = position + take;
      done += take;
      if ((position + take) % this.hop === 0) this.#filterSegment(respond);
    }
  }

  /** What comes in from x to the past, what goes out from the sums, which are cleared. Kernel: `exchangeSegment`. */
  #exchange(
    past: Float32Array,
    sums: Float32Array,
    slot: number,
    x: Float32Array,
    from: number,
    frames: number,
  ): void {
    const { kernels } = this.#state.memory;
    if (kernels) {
      const offset = 4 * slot;
      kernels.exchangeSegment(
        past.byteOffset + offset,
        sums.byteOffset + offset,
        x.byteOffset + 4 * from,
        frames,
      );
      return;
    }
    for (let i = 0; i < frames; i++) {
      past[slot + i] = x[from + i];
      x[from + i] = sums[slot + i];
      sums[slot + i] = 0;
    }
  }

  #filterSegment(respond: Respond): void {
    const size = this.#size;
    const end = this.#position[0] + size;
    const oldest = (end - segmentFrames(size)) % size;
    // A transform begins a quarter before its segment, and what goes out next lies as far before it as a response reaches.
    const slot = (end - size / 4 + responseReach(size)) % size;
    this.#power.fill(0);
    for (const { transform, past } of this.#pairs) {
      transform.forward(past[0], past[1], oldest, this.#window);
      transform.addPower(this.#power);
    }
    const response = respond(this.#power);
    for (const { transform, sums } of this.#pairs) transform.back(response, sums[0], sums[1], slot);
  }
}
