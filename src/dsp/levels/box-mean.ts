import type { StateMemory } from '../kernel-memory.ts';

/** Gains live on a grid of 2^-32 (-193 dB): sums of a million of them are exact in 64 bits. */
export const GAIN_STEPS = 4294967296;

/**
 * Running mean of the last `length` gains, in place, rounded down to the grid. Because every gain is a multiple of
 * 2^-32 up to 1, the running sum has no rounding error however long it runs, and the mean of ones is exactly 1.
 */
export class BoxMean {
  readonly #state: StateMemory;
  readonly #length: number;
  readonly #ring: Float64Array;
  readonly #sum: Float64Array;
  readonly #position: Int32Array;

  /** `length` in frames, 1 to 2^20; starts as if gains of 1 had come in. */
  constructor(state: StateMemory, length: number) {
    this.#state = state;
    this.#length = length;
    this.#ring = state.f64(length, 1);
    this.#sum = state.f64(1, length);
    this.#position = state.i32(1);
  }

  /** Whether nothing but ones is held: input of ones then gives ones. */
  get atUnity(): boolean {
    return this.#sum[0] === this.#length;
  }

  process(gain: Float64Array, frames: number): void {
    const kernels = this.#state.memory.kernels;
    if (kernels) {
      this.#position[0] = kernels.boxMean(
        this.#ring.byteOffset,
        this.#sum.byteOffset,
        this.#length,
        this.#position[0],
        gain.byteOffset,
        frames,
      );
      return;
    }
    const ring = this.#ring;
    let at = this.#position[0];
    let sum = this.#sum[0];
    for (let i = 0; i < frames; i++) {
      sum += gain[i] - ring[at];
      ring[at] = gain[i];
      at = at + 1 === this.#length ? 0 : at + 1;
      gain[i] = Math.floor((sum / this.#length) * GAIN_STEPS) / GAIN_STEPS;
    }
    this.#position[0] = at;
    this.#sum[0] = sum;
  }
}
