import type { Planar } from '../audio/block.ts';
import { type FftSize, RealFft } from './fft.ts';
import { GUARD_LIMIT } from './guard.ts';
import { hannWindow } from './hann-window.ts';
import { IntervalSums } from './interval-sums.ts';
import type { StateMemory } from './kernel-memory.ts';

/** A window begins every quarter of its length: 75 % overlap. */
const HOPS_PER_WINDOW = 4;

/** Copies with zeros for what the guard would take out. Kernel: `copyValid`. */
function copyValid(x: Float32Array, from: number, frames: number, to: Float32Array, at: number): void {
  for (let i = 0; i < frames; i++) to[at + i] = Math.abs(x[from + i]) <= GUARD_LIMIT ? x[from + i] : 0;
}

/** Product of the ring, read from `oldest` on, and the window. Kernel: `applyWindow`, once each side of the seam. */
function applyWindow(ring: Float32Array, oldest: number, window: Float32Array, to: Float32Array): void {
  const size = ring.length;
  for (let i = 0; i < size; i++) to[i] = ring[(oldest + i) % size] * window[i];
}

/**
 * Averaged power spectrum of a stream (Welch, IEEE Trans. Audio Electroacoust. 15(2), 1967): Hann windows that overlap by
 * 75 % and end on absolute multiples of a quarter of their length, mean over the channels, mean since the start or
 * over intervals. A window counts where it ends; the first one ends after `size` frames.
 */
export class PowerSpectrum {
  /** Points of a window. */
  readonly size: FftSize;
  readonly #state: StateMemory;
  readonly #hop: number;
  readonly #window: Float32Array;
  readonly #fft: RealFft;
  /** The last `size` frames of each channel; frame n is at n modulo `size`. */
  readonly #rings: readonly Float32Array[];
  /** Frames since the start. */
  readonly #position: Float64Array;
  /** Sums over windows and channels for bins 0..size/2, then the number of windows. */
  readonly #sums: IntervalSums;

  constructor(state: StateMemory, channels: number, size: FftSize) {
    this.size = size;
    this.#state = state;
    this.#hop = size / HOPS_PER_WINDOW;
    this.#window = state.memory.f32(size);
    this.#window.set(hannWindow(size));
    this.#fft = new RealFft(state.memory, size);
    this.#rings = Array.from({ length: channels }, () => state.f32(size));
    this.#position = state.f64(1);
    this.#sums = new IntervalSums(state, size / 2 + 2);
  }

  /** Takes `frames` frames of each channel, beginning at index `from`. */
  process(channels: Planar, from: number, frames: number): void {
    for (let done = 0; done < frames; ) {
      const position = this.#position[0];
      const take = Math.min(frames - done, this.#hop - (position % this.#hop));
      this.#write(channels, from + done, take, position % this.size);
      this.#position[0] = position + take;
      done += take;
      if ((position + take) % this.#hop === 0 && position + take >= this.size) this.#addWindow();
    }
  }

  /** Ends the open interval: it becomes the last one, and a new one begins. */
  closeInterval(): void {
    this.#sums.close();
  }

  /**
   * Mean power in bins 0..size/2 since the start, on a scale where a full-scale sine on a bin is 1 (0 dBFS) there, or
   * up to 1.42 dB less between bins; null before the first window. Divided by the window's noise bandwidth of 1.5
   * bins it adds up to twice the mean square of the signal.
   */
  sinceStart(): Float64Array | null {
    return this.#mean(this.#sums.total());
  }

  /** The same over the windows that ended in the last closed interval; null when none did. */
  lastInterval(): Float64Array | null {
    return this.#mean(this.#sums.last);
  }

  #write(channels: Planar, from: number, frames: number, at: number): void {
    const kernels = this.#state.memory.kernels;
    for (let c = 0; c < this.#rings.length; c++) {
      const x = channels[c];
      const ring = this.#rings[c];
      if (kernels) kernels.copyValid(x.byteOffset + 4 * from, frames, GUARD_LIMIT, ring.byteOffset + 4 * at);
      else copyValid(x, from, frames, ring, at);
    }
  }

  #addWindow(): void {
    const kernels = this.#state.memory.kernels;
    const { input } = this.#fft;
    const sum = this.#sums.open;
    const window = this.#window;
    const oldest = this.#position[0] % this.size;
    for (const ring of this.#rings) {
      if (kernels) {
        const newer = this.size - oldest;
        kernels.applyWindow(ring.byteOffset + 4 * oldest, window.byteOffset, newer, input.byteOffset);
        kernels.applyWindow(
          ring.byteOffset,
          window.byteOffset + 4 * newer,
          oldest,
          input.byteOffset + 4 * newer,
        );
      } else applyWindow(ring, oldest, window, input);
      this.#fft.transform();
      this.#fft.addPower(sum);
    }
    sum[sum.length - 1] += 1;
  }

  #mean(sums: Float64Array): Float64Array | null {
    const windows = sums[sums.length - 1];
    if (windows === 0) return null;
    // |X|^2 of a full-scale sine is (sum w / 2)^2 = (size/4)^2; DC and Nyquist have no mirror image, so half the factor.
    const scale = 16 / (this.size * this.size) / (windows * this.#rings.length);
    const power = sums.subarray(0, -1).map((sum) => sum * scale);
    power[0] /= 2;
    power[power.length - 1] /= 2;
    return power;
  }
}
