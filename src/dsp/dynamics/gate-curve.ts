import type { Kernels, StateMemory } from '../kernel-memory.ts';
import { DB_PER_OCTAVE } from '../log-domain.ts';

/** Shape of a gate in the field's units. */
export interface GateCurveSettings {
  /** Level at which the gate opens. */
  readonly thresholdDb: number;
  /** How far under the threshold the level may fall before an open gate closes. */
  readonly hysteresisDb: number;
  /** R - 1 for a ratio R: dB taken off for each dB under the threshold. */
  readonly slope: number;
  /** Largest reduction. */
  readonly rangeDb: number;
  /** Frames for which an open gate stays open after the level has fallen. */
  readonly hold: number;
}

/**
 * The curve of a gate or downward expander, as the reduction it asks for: 0 while it is open, and while it is closed,
 * for a level x under the threshold T with the ratio R,
 *   min((R - 1) (T - x), range)
 * so that a dB less in is R dB less out. It opens at T and closes `hold` frames after the level was last at
 * T - hysteresis or above: between the two it stays what it is, and a level that wavers there makes no chatter.
 */
export class GateCurve {
  readonly #kernels: Kernels | null;
  /** For each signal, frames for which it stays open; 0 is closed. */
  readonly #left: Float64Array;
  /** In log2 units. */
  #threshold = 0;
  #closing = 0;
  #slope = 0;
  #range = 0;
  #hold = 0;

  constructor(state: StateMemory, signals: number) {
    this.#kernels = state.memory.kernels;
    this.#left = state.f64(signals);
  }

  /** Whether any signal's gate is open. */
  get open(): boolean {
    return this.#left.some((frames) => frames > 0);
  }

  set({ thresholdDb, hysteresisDb, slope, rangeDb, hold }: GateCurveSettings): void {
    this.#threshold = thresholdDb / DB_PER_OCTAVE;
    this.#closing = (thresholdDb - hysteresisDb) / DB_PER_OCTAVE;
    this.#slope = slope;
    this.#range = rangeDb / DB_PER_OCTAVE;
    this.#hold = hold;
  }

  /** Turns levels in log2 units into reductions, in place, over frames `at` to `at + frames`. */
  process(signals: readonly Float64Array[], at: number, frames: number): void {
    for (let n = 0; n < signals.length; n++) {
      if (this.#kernels) {
        this.#kernels.gateReduction(
          this.#left.byteOffset + 8 * n,
          signals[n].byteOffset + 8 * at,
          frames,
          this.#threshold,
          this.#closing,
          this.#slope,
          this.#range,
          this.#hold,
        );
      } else this.#reduce(signals[n], at, frames, n);
    }
  }

  #reduce(x: Float64Array, at: number, frames: number, n: number): void {
    let open = this.#left[n];
    for (let i = at; i < at + frames; i++) {
      const level = x[i];
      if (level >= (open > 0 ? this.#closing : this.#threshold)) open = this.#hold + 1;
      else if (open > 0) open -= 1;
      x[i] = open > 0 ? 0 : Math.min(this.#slope * (this.#threshold - level), this.#range);
    }
    this.#left[n] = open;
  }
}
