import { flushTiny } from '../denormal.ts';
import { LinearRamp } from '../gain/ramp.ts';
import type { StateMemory } from '../kernel-memory.ts';
import { smoothingCoefficient } from './envelope.ts';

/** Time constant of the mean squares. */
const WINDOW_MS = 100;
/** Most that is taken off the side, 12 dB: what is in antiphase altogether is turned down, never lost. */
const MOST = 0.75;

/**
 * Keeps the correlation of left and right from falling below 0. With M and S the mean squares of mid and side, the
 * correlation is (M - S) / sqrt(L R), so it is at least 0 exactly when S is at most M: where it is more, the side is
 * turned down by sqrt(M / S), by 12 dB at most. The fold-down to mono then loses at most 3 dB. The gain follows
 * mean squares of 100 ms and is as smooth as they are.
 */
export class MonoGuard {
  readonly #state: StateMemory;
  readonly #keep: number;
  /** Mean squares of mid and side; the share of the side that is taken off at the newest frame. */
  readonly #powers: Float64Array;
  readonly #weight: LinearRamp;

  /** `glide`: frames in which it is switched on and off. */
  constructor(state: StateMemory, sampleRate: number, glide: number) {
    this.#state = state;
    this.#keep = smoothingCoefficient(WINDOW_MS, sampleRate);
    this.#powers = state.f64(3);
    this.#weight = new LinearRamp(state, glide);
  }

  /** Gain of the side at the newest frame, 1 while it is off. */
  get gain(): number {
    return 1 - this.#weight.value * this.#powers[2];
  }

  /** Switches it on or off, at once or gliding. */
  set(on: boolean, glide: boolean): void {
    if (this.#idle) this.#powers.fill(0);
    this.#weight.set(Number(on), glide);
  }

  get #idle(): boolean {
    return !this.#weight.gliding && this.#weight.target === 0;
  }

  /** Changes the side in place. */
  process(mid: Float32Array, side: Float32Array, frames: number): void {
    if (this.#idle) return;
    const { kernels } = this.#state.memory;
    for (let at = 0; at < frames; ) {
      const { frames: run, start, step, index } = this.#weight.take(frames - at);
      if (kernels) {
        kernels.monoGuard(
          mid.byteOffset + 4 * at,
          side.byteOffset + 4 * at,
          run,
          this.#powers.byteOffset,
          this.#keep,
          MOST,
          start,
          step,
          index,
        );
      } else {
        for (let i = 0; i < run; i++) {
          const reduction = this.#follow(mid[at + i], side[at + i]);
          side[at + i] *= 1 - (start + step * (index + i)) * reduction;
        }
      }
      at += run;
    }
    flushTiny(this.#powers);
  }

  /** Takes one frame into the mean squares and gives the share to take off. */
  #follow(mid: number, side: number): number {
    const powers = this.#powers;
    powers[0] = this.#keep * powers[0] + (1 - this.#keep) * (mid * mid);
    powers[1] = this.#keep * powers[1] + (1 - this.#keep) * (side * side);
    powers[2] = powers[1] > powers[0] ? Math.min(MOST, 1 - Math.sqrt(powers[0] / powers[1])) : 0;
    return powers[2];
  }
}
