import type { KernelMemory, StateMemory } from '../kernel-memory.ts';
import { ANNEX_2_PHASES, FINE_PHASES, mirroredTaps } from './true-peak-filters.ts';

/** Frames by which a reading is late: that of the gap behind frame n stands at frame n + 16. */
export const TRUE_PEAK_LAG = 16;

/** Samples that came before a block and are needed with it. */
const HISTORY = 2 * TRUE_PEAK_LAG - 1;
/** A vector that begins in the last frame ends three frames behind it. */
const SPARE = 3;
/** Distances from the gap at which the two interpolators have taps. */
const COARSE_HALF = ANNEX_2_PHASES[0].length / 2;
const FINE_HALF = FINE_PHASES[0].length / 2;
/**
 * A fine reading counts up to 1.5 times (3.5 dB over) the coarse one of the same gap, so that without a coarse
 * candidate none is needed. Up to 20 kHz at 44.1 kHz, where the coarse filter reads low by up to a factor of
 * 1.42 in the middle of a gap, the bound is no loss; closer to half the sample rate two correct meters disagree.
 */
const TRUST = 1.5;

const { abs, fround, max, min } = Math;

function table(memory: KernelMemory, phases: readonly (readonly number[])[]): Float32Array {
  const taps = mirroredTaps(phases);
  const array = memory.f32(taps.length);
  array.set(taps);
  return array;
}

/**
 * True peaks of one channel, a reading a frame: the largest of the two samples beside a gap, the four points between
 * them of BS.1770-4 Annex 2 (at every sample rate), and with `fine` the fifteen points of our own interpolator.
 */
export class TruePeak {
  readonly #state: StateMemory;
  readonly #trust: number;
  readonly #coarse: Float32Array;
  readonly #fine: Float32Array;
  readonly #history: Float32Array;
  /** History and block in one row. */
  readonly #row: Float32Array;

  constructor(state: StateMemory, { fine, maxFrames }: { fine: boolean; maxFrames: number }) {
    const { memory } = state;
    this.#state = state;
    this.#trust = fine ? TRUST : 1;
    this.#coarse = table(memory, ANNEX_2_PHASES);
    this.#fine = table(memory, FINE_PHASES);
    this.#history = state.f32(HISTORY);
    this.#row = memory.f32(HISTORY + maxFrames + SPARE);
  }

  /** An array for the readings of a block. */
  static levels(memory: KernelMemory, maxFrames: number): Float32Array {
    return memory.f32(maxFrames + SPARE);
  }

  /** Takes in the next block, whose readings are then asked for with `read`. Kernel: `takeBlock`. */
  take(x: Float32Array, frames: number): void {
    const { kernels } = this.#state.memory;
    if (kernels) {
      kernels.takeBlock(this.#row.byteOffset, this.#history.byteOffset, HISTORY, x.byteOffset, frames);
      return;
    }
    this.#row.set(this.#history);
    this.#row.set(x.subarray(0, frames), HISTORY);
    this.#history.set(this.#row.subarray(frames, frames + HISTORY));
  }

  /**
   * Readings of frames `at` to `at + frames` into `level`, or the larger of them and what stands there with `merge`.
   * One that does not exceed `floor` may come out too low: where no reading can, none is computed.
   */
  read(level: Float32Array, at: number, frames: number, floor: number, merge: boolean): void {
    const { kernels } = this.#state.memory;
    if (kernels) {
      const { byteOffset: coarse } = this.#coarse;
      const { byteOffset: fine } = this.#fine;
      const x = this.#row.byteOffset + 4 * at;
      const to = level.byteOffset + 4 * at;
      kernels.truePeaks(x, to, frames, coarse, fine, floor, this.#trust, merge ? 1 : 0);
      return;
    }
    for (let i = at; i < at + frames; i++) {
      const left = i + TRUE_PEAK_LAG - 1;
      const beside = max(abs(this.#row[left]), abs(this.#row[left + 1]));
      let top = max(beside, this.#largestBetween(left, this.#coarse, COARSE_HALF));
      const most = fround(top * this.#trust);
      if (this.#trust > 1 && most > floor) {
        top = max(top, min(this.#largestBetween(left, this.#fine, FINE_HALF), most));
      }
      level[i] = merge ? max(top, level[i]) : top;
    }
  }

  /** Largest reading of an interpolator between samples `left` and `left + 1` of the row, by mirrored pairs. */
  #largestBetween(left: number, taps: Float32Array, half: number): number {
    const row = this.#row;
    const stride = taps.length / half;
    let top = 0;
    for (let pair = 0; pair < stride; pair += 2) {
      let even = 0;
      let odd = 0;
      for (let k = 0; k < half; k++) {
        const l = row[left - k];
        const r = row[left + 1 + k];
        even = fround(even + fround(taps[k * stride + pair] * fround(l + r)));
        odd = fround(odd + fround(taps[k * stride + pair + 1] * fround(l - r)));
      }
      top = max(top, fround(abs(even) + abs(odd)));
    }
    return top;
  }
}
