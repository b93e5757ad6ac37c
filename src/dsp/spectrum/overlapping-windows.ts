import type { Planar } from '../../audio/block.ts';
import { encodeMidSide } from '../gain/mid-side.ts';
import type { StateMemory } from '../kernel-memory.ts';
import { GUARD_LIMIT } from '../levels/guard.ts';
import type { FftSize, RealFft } from './fft.ts';
import { hannWindow } from './hann-window.ts';

/** Quarters of a window's length: a ring is written and counted in them. */
const QUARTERS = 4;

/** How much of a window the next one sees again, in %: a new one begins every three, two or one quarters of its length. */
export const OVERLAPS = [25, 50, 75] as const;
export type Overlap = (typeof OVERLAPS)[number];

/** Frames from one window of `size` frames to the next. */
export const hopFrames = (size: FftSize, overlap: Overlap): number => (size * (100 - overlap)) / 100;

/** Windows that begin while one lasts at the usual overlap of 75 %. */
export const HOPS_PER_WINDOW = 4;

/** Copies with zeros for what the guard would take out. Kernel: `copyValid`. */
function copyValid(x: Float32Array, from: number, frames: number, to: Float32Array, at: number): void {
  for (let i = 0; i < frames; i++) to[at + i] = Math.abs(x[from + i]) <= GUARD_LIMIT ? x[from + i] : 0;
}

/** Product of the ring, read from `oldest` on, and the window. Kernel: `applyWindow`, once each side of the seam. */
function applyWindow(ring: Float32Array, oldest: number, window: Float32Array, to: Float32Array): void {
  const size = ring.length;
  for (let i = 0; i < size; i++) to[i] = ring[(oldest + i) % size] * window[i];
}

/** Changes between below zero and not, from each sample to the next. Kernel: `countCrossings`. */
function countCrossings(x: Float32Array, at: number, frames: number): number {
  let count = 0;
  for (let i = at + 1; i < at + frames; i++) if (x[i - 1] < 0 !== x[i] < 0) count++;
  return count;
}

/**
 * Hann windows over a stream that overlap by 75, 50 or 25 % and end on absolute multiples of one, two or three quarters of their
 * length, the first one after at least `size` frames. The window's height of 4 / size makes a full-scale sine on a bin 1 there; the factor is a
 * power of two, so it costs no precision.
 */
export class OverlappingWindows {
  readonly size: FftSize;
  /** Frames from one window to the next. */
  readonly hop: number;
  readonly #quarter: number;
  readonly #state: StateMemory;
  readonly #pair: readonly [number, number] | null;
  readonly #window: Float32Array;
  /** The last `size` frames of each channel; frame n is at n modulo `size`. */
  readonly #rings: readonly Float32Array[];
  /** Of each channel, one channel after the other: zero crossings inside each quarter of its ring. */
  readonly #crossings: Float64Array;
  /** Frames since the start. */
  readonly #position: Float64Array;

  /** With a `pair` of channels these two become their mid, (a + b) / 2, and side, (a - b) / 2. */
  constructor(
    state: StateMemory,
    channels: number,
    size: FftSize,
    pair: readonly [number, number] | null = null,
    overlap: Overlap = 75,
  ) {
    this.size = size;
    this.hop = hopFrames(size, overlap);
    this.#quarter = size / QUARTERS;
    this.#state = state;
    this.#pair = pair;
    this.#window = state.memory.f32(size);
    this.#window.set(hannWindow(size).map((value) => (4 / size) * value));
    this.#rings = Array.from({ length: channels }, () => state.f32(size));
    this.#crossings = state.f64(channels * QUARTERS);
    this.#position = state.f64(1);
  }

  /** Frames since the start. */
  get position(): number {
    return this.#position[0];
  }

  /** Takes `frames` frames of each channel, beginning at index `from`; calls `onWindow` at the end of each window. */
  process(channels: Planar, from: number, frames: number, onWindow: () => void): void {
    for (let done = 0; done < frames; ) {
      const position = this.#position[0];
      const take = Math.min(frames - done, this.#quarter - (position % this.#quarter));
      this.#write(channels, from + done, take, position % this.size);
      this.#position[0] = position + take;
      done += take;
      if ((position + take) % this.#quarter !== 0) continue;
      this.#countCrossings((position + take - this.#quarter) % this.size);
      if ((position + take) % this.hop === 0 && position + take >= this.size) onWindow();
    }
  }

  /** Writes a channel's window that ends now to `to`. */
  read(channel: number, to: Float32Array): void {
    const kernels = this.#state.memory.kernels;
    const ring = this.#rings[channel];
    const window = this.#window;
    const oldest = this.#position[0] % this.size;
    if (!kernels) {
      applyWindow(ring, oldest, window, to);
      return;
    }
    const newer = this.size - oldest;
    const { applyWindow: multiply } = kernels;
    multiply(ring.byteOffset + 4 * oldest, window.byteOffset, newer, to.byteOffset);
    multiply(ring.byteOffset, window.byteOffset + 4 * newer, oldest, to.byteOffset + 4 * newer);
  }

  /** Powers in bins 0..size/2 of a channel's window that ends now; the ends are halved as `RealFft` says. */
  power(channel: number, fft: RealFft, to: Float32Array): void {
    const oldest = (this.#position[0] / this.#quarter) % QUARTERS;
    fft.windowedPower(this.#rings[channel], oldest, this.#window, to);
  }

  /** Zero crossings of a channel over the whole window that ends now, in the pairs that lie in it. */
  crossings(channel: number): number {
    const { size } = this;
    const ring = this.#rings[channel];
    const oldest = (this.#position[0] / this.#quarter) % QUARTERS;
    let count = 0;
    for (let quarter = 0; quarter < QUARTERS; quarter++) {
      count += this.#crossings[channel * QUARTERS + quarter];
      const first = quarter * this.#quarter;
      const last = (first + size - 1) % size;
      if (quarter !== oldest && ring[last] < 0 !== ring[first] < 0) count++;
    }
    return count;
  }

  /** Counts inside the quarter that is full, index `at` of the rings on. */
  #countCrossings(at: number): void {
    const kernels = this.#state.memory.kernels;
    const quarter = at / this.#quarter;
    for (let channel = 0; channel < this.#rings.length; channel++) {
      const ring = this.#rings[channel];
      this.#crossings[channel * QUARTERS + quarter] = kernels
        ? kernels.countCrossings(ring.byteOffset + 4 * at, this.#quarter)
        : countCrossings(ring, at, this.#quarter);
    }
  }

  #write(channels: Planar, from: number, frames: number, at: number): void {
    const kernels = this.#state.memory.kernels;
    for (let c = 0; c < this.#rings.length; c++) {
      const x = channels[c];
      const ring = this.#rings[c];
      if (kernels) kernels.copyValid(x.byteOffset + 4 * from, frames, GUARD_LIMIT, ring.byteOffset + 4 * at);
      else copyValid(x, from, frames, ring, at);
    }
    const pair = this.#pair;
    if (pair) encodeMidSide(kernels, this.#rings[pair[0]], this.#rings[pair[1]], frames, at);
  }
}
