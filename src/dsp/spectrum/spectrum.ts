import type { Planar } from '../../audio/block.ts';
import type { StateMemory } from '../kernel-memory.ts';
import { IntervalSums } from '../levels/interval-sums.ts';
import { type FftSize, RealFft } from './fft.ts';
import { OverlappingWindows } from './overlapping-windows.ts';

/**
 * Averaged power spectrum of a stream (Welch, IEEE Trans. Audio Electroacoust. 15(2), 1967): overlapping windows, mean over
 * the channels, mean since the start or over intervals. A window counts where it ends.
 */
export class PowerSpectrum {
  readonly #channels: number;
  readonly #windows: OverlappingWindows;
  readonly #fft: RealFft;
  /** Sums over windows and channels for bins 0..size/2, then the number of windows. */
  readonly #sums: IntervalSums;
  readonly #onWindow = (): void => this.#addWindow();

  constructor(state: StateMemory, channels: number, size: FftSize) {
    this.#channels = channels;
    this.#windows = new OverlappingWindows(state, channels, size);
    this.#fft = new RealFft(state.memory, size);
    this.#sums = new IntervalSums(state, size / 2 + 2);
  }

  /** Takes `frames` frames of each channel, beginning at index `from`. */
  process(channels: Planar, from: number, frames: number): void {
    this.#windows.process(channels, from, frames, this.#onWindow);
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

  #addWindow(): void {
    const { input } = this.#fft;
    const sum = this.#sums.open;
    for (let channel = 0; channel < this.#channels; channel++) {
      this.#windows.read(channel, input);
      this.#fft.transform();
      this.#fft.addPower(sum);
    }
    sum[sum.length - 1] += 1;
  }

  #mean(sums: Float64Array): Float64Array | null {
    const windows = sums[sums.length - 1];
    if (windows === 0) return null;
    const scale = 1 / (windows * this.#channels);
    const power = sums.subarray(0, -1).map((sum) => sum * scale);
    // DC and Nyquist have no mirror image, so half the power.
    power[0] /= 2;
    power[power.length - 1] /= 2;
    return power;
  }
}
