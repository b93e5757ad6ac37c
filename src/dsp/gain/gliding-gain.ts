import type { StateMemory } from '../kernel-memory.ts';
import { applyGain } from './gain.ts';
import { LinearRamp } from './ramp.ts';

/** A gain that glides to its new value along a straight line, also through 0 to one of the other sign. */
export class GlidingGain {
  readonly #state: StateMemory;
  readonly #ramp: LinearRamp;

  /** `length` in frames. */
  constructor(state: StateMemory, length: number) {
    this.#state = state;
    this.#ramp = new LinearRamp(state, length);
  }

  /** Stands at a linear gain at once, or with `glide` goes there. */
  set(gain: number, glide: boolean): void {
    this.#ramp.set(gain, glide);
  }

  /** In place. */
  process(x: Float32Array, frames: number): void {
    for (let at = 0; at < frames; ) {
      const span = this.#ramp.take(frames - at);
      applyGain(this.#state.memory.kernels, x, at, span);
      at += span.frames;
    }
  }
}
