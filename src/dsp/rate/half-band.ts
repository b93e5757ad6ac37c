import { kaiserWindow } from '../kaiser-window.ts';
import type { StateMemory } from '../kernel-memory.ts';

/** A half-band filter of 4 `pairs` - 1 taps under a Kaiser window. */
export interface HalfBandDesign {
  readonly pairs: number;
  readonly beta: number;
}

/** Samples that must stand free in front of a buffer's first sample, and behind its last. */
export const LEAD = 96;
const TRAIL = 64;

/** A scratch array for so many samples, with the room around them that the filters need; sample 0 is at `LEAD`. */
export const workArray = (state: StateMemory, samples: number): Float32Array =>
  state.memory.f32(LEAD + samples + TRAIL);

/**
 * Coefficients, outermost first, each for two taps; the tap in the middle is 1 and all others are 0, because
 * sin(pi n / 2) / (pi n / 2) is 0 for even n (R. E. Crochiere, L. R. Rabiner, "Multirate Digital Signal Processing",
 * 1983, 4.3.6). They add up to exactly 1/2, so that both phases have the same gain at 0 Hz.
 */
function designHalfBand({ pairs, beta }: HalfBandDesign): Float64Array {
  const coefs = Float64Array.from({ length: pairs }, (_, j) => {
    const distance = 2 * (pairs - 1 - j) + 1;
    const sign = distance % 4 === 1 ? 1 : -1;
    return (sign / distance) * kaiserWindow(distance / (2 * pairs), beta);
  });
  const sum = coefs.reduce((total, value) => total + value, 0);
  return coefs.map((value) => value / (2 * sum));
}

/** Symmetric interpolation at n: sum of coefs[j] (x[n + j] + x[n + 2 pairs - 1 - j]), in 32 bits. */
function interpolate(coefs: Float32Array, x: Float32Array, n: number): number {
  const { fround } = Math;
  const last = n + 2 * coefs.length - 1;
  let sum = 0;
  for (let j = 0; j < coefs.length; j++) {
    sum = fround(sum + fround(coefs[j] * fround(x[n + j] + x[last - j])));
  }
  return sum;
}

/** Doubles the sample rate of a signal; the delay is 2 `pairs` - 1 samples of the doubled rate. */
export class HalfBandUp {
  readonly #state: StateMemory;
  readonly #coefs: Float32Array;
  readonly #tails: readonly Float32Array[];

  constructor(state: StateMemory, channels: number, design: HalfBandDesign) {
    this.#state = state;
    this.#coefs = state.memory.f32(design.pairs);
    this.#coefs.set(designHalfBand(design));
    this.#tails = Array.from({ length: channels }, () => state.f32(2 * design.pairs - 1));
  }

  /** `frames` samples of one channel in the work array `x` become twice as many in the work array `y`. */
  process(channel: number, x: Float32Array, y: Float32Array, frames: number): void {
    const { kernels } = this.#state.memory;
    const coefs = this.#coefs;
    const tail = this.#tails[channel];
    const pairs = coefs.length;
    if (kernels) {
      kernels.halfBandUp(
        x.byteOffset + 4 * LEAD,
        tail.byteOffset,
        coefs.byteOffset,
        pairs,
        y.byteOffset + 4 * LEAD,
        frames,
      );
      return;
    }
    const start = LEAD - tail.length;
    x.set(tail, start);
    for (let n = 0; n < frames; n++) {
      y[LEAD + 2 * n] = interpolate(coefs, x, start + n);
      y[LEAD + 2 * n + 1] = x[start + n + pairs];
    }
    tail.set(x.subarray(start + frames, LEAD + frames));
  }
}

/** Halves the sample rate of a signal; the delay is 2 `pairs` - 1 samples of the doubled rate. */
export class HalfBandDown {
  readonly #state: StateMemory;
  readonly #coefs: Float32Array;
  /** For each channel the last even samples, then the last odd ones. */
  readonly #tails: readonly Float32Array[];
  readonly #even: Float32Array;
  readonly #odd: Float32Array;

  /** `most` is the largest number of samples that `process` gives. */
  constructor(state: StateMemory, channels: number, design: HalfBandDesign, most: number) {
    this.#state = state;
    this.#coefs = state.memory.f32(design.pairs);
    this.#coefs.set(designHalfBand(design));
    this.#tails = Array.from({ length: channels }, () => state.f32(3 * design.pairs - 1));
    this.#even = workArray(state, most);
    this.#odd = workArray(state, most);
  }

  /** 2 `frames` samples of one channel in the work array `y` become `frames` in the work array `x`. */
  process(channel: number, y: Float32Array, x: Float32Array, frames: number): void {
    const { kernels } = this.#state.memory;
    const coefs = this.#coefs;
    const tail = this.#tails[channel];
    const even = this.#even;
    const odd = this.#odd;
    const pairs = coefs.length;
    if (kernels) {
      kernels.halfBandDown(
        y.byteOffset + 4 * LEAD,
        tail.byteOffset,
        coefs.byteOffset,
        pairs,
        even.byteOffset + 4 * LEAD,
        odd.byteOffset + 4 * LEAD,
        x.byteOffset + 4 * LEAD,
        frames,
      );
      return;
    }
    const evenStart = LEAD - (2 * pairs - 1);
    const oddStart = LEAD - pairs;
    even.set(tail.subarray(0, 2 * pairs - 1), evenStart);
    odd.set(tail.subarray(2 * pairs - 1), oddStart);
    for (let n = 0; n < frames; n++) {
      even[LEAD + n] = y[LEAD + 2 * n];
      odd[LEAD + n] = y[LEAD + 2 * n + 1];
    }
    for (let n = 0; n < frames; n++) {
      x[LEAD + n] = 0.5 * Math.fround(odd[oddStart + n] + interpolate(coefs, even, evenStart + n));
    }
    tail.set(even.subarray(evenStart + frames, LEAD + frames));
    tail.set(odd.subarray(oddStart + frames, LEAD + frames), 2 * pairs - 1);
  }
}
