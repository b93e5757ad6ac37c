import type { StateMemory } from '../kernel-memory.ts';
import { DITHER_UNITS, tpdfDraw } from './dither.ts';

/** Error feedback of a quantiser: what comes out is the input plus (1 - sum of feedback[k] z^-(k+1)) times the error. */
interface NoiseShape {
  readonly from: number;
  readonly below: number;
  readonly feedback: readonly number[];
}

/** By sample rate, in Hz. */
const SHAPES: readonly NoiseShape[] = [
  // The inverse of the ear's threshold at 44.1 kHz, dips at 4 and 12 kHz: the 5-tap filter to the improved E-weighting of
  // S. P. Lipshitz, J. Vanderkooy, R. A. Wannamaker, "Minimally Audible Noise Shaping", JAES 39(11), 1991.
  { from: 40_000, below: 56_000, feedback: [2.033, -2.165, 1.959, -1.59, 0.6149] },
  // With room above hearing, (1 - z^-1)^2: S. K. Tewksbury, R. W. Hallock, "Oversampled, Linear Predictive and Noise-Shaping
  // Coders of Order N > 1", IEEE Trans. CAS-25(7), 1978.
  { from: 56_000, below: Number.POSITIVE_INFINITY, feedback: [2, -1] },
];

/** Beyond this, full scale being 1, a sample is clipped for sure. */
const LIMIT = 1.25;

/**
 * Turns samples into integers whose rounding error, dither included, is moved to where the ear hears least. The
 * dither (see `tpdfDraw`) makes the mean and the power of the error independent of the signal: no tone rings on in silence.
 */
export class NoiseShaper {
  readonly #state: StateMemory;
  readonly #feedback: Float64Array;
  readonly #channels: number;
  /** The last errors of each channel, in LSB, newest first. */
  readonly #errors: Float64Array;

  private constructor(state: StateMemory, channels: number, feedback: readonly number[]) {
    this.#state = state;
    this.#channels = channels;
    this.#feedback = state.memory.f64(feedback.length);
    this.#feedback.set(feedback);
    this.#errors = state.f64(channels * feedback.length);
  }

  /** The shaper for a rate, or null below 40 kHz, where all room is within hearing and plain dither is the better one. */
  static forRate(state: StateMemory, channels: number, sampleRate: number): NoiseShaper | null {
    const shape = SHAPES.find(({ from, below }) => sampleRate >= from && sampleRate < below);
    return shape ? new NoiseShaper(state, channels, shape.feedback) : null;
  }

  /** The integer for a sample before clipping, dithered by `tpdfDraw(key, index)`. The readable twin of `quantise`. */
  step(channel: number, x: number, fullScale: number, key: number, index: number): number {
    const order = this.#feedback.length;
    const errors = this.#errors.subarray(channel * order, (channel + 1) * order);
    let wanted = (Number.isNaN(x) ? 0 : Math.min(Math.max(x, -LIMIT), LIMIT)) * fullScale;
    for (let k = 0; k < order; k++) wanted -= this.#feedback[k] * errors[k];
    const rounded = Math.floor(wanted + tpdfDraw(key, index) / DITHER_UNITS + 0.5);
    errors.copyWithin(1, 0, order - 1);
    errors[0] = rounded - wanted;
    return rounded;
  }

  /**
   * The kernel: `frames` interleaved frames at `src` become integers at `dst`, of 16 bits if `bits` is at most that, else of
   * 32; gives the number of clipped samples.
   */
  quantise(src: number, dst: number, frames: number, bits: number, key: number, index: number): number {
    return this.#state.memory.kernels!.quantiseShaped(
      src,
      dst,
      frames,
      this.#channels,
      bits,
      key,
      index,
      this.#feedback.byteOffset,
      this.#feedback.length,
      this.#errors.byteOffset,
    );
  }
}
