import type { Planar } from '../../audio/block.ts';
import type { StateMemory } from '../kernel-memory.ts';
import { blend } from './gain.ts';
import { LinearRamp } from './ramp.ts';

/** A fade from one signal to another along a straight line; both carry the same programme, so amplitudes add up to 1. */
export class Crossfade {
  readonly #state: StateMemory;
  readonly #ramp: LinearRamp;

  /** `length` in frames. */
  constructor(state: StateMemory, length: number) {
    this.#state = state;
    this.#ramp = new LinearRamp(state, length);
    this.#ramp.jump(1);
  }

  get fading(): boolean {
    return this.#ramp.gliding;
  }

  /** Stands at the new signal. */
  finish(): void {
    this.#ramp.jump(1);
  }

  /** Begins a fade from the old signal to the new one. */
  start(): void {
    this.#ramp.jump(0);
    this.#ramp.glide(1);
  }

  /** Frames left until the new signal stands alone. */
  get framesLeft(): number {
    return this.#ramp.framesLeft;
  }

  /** Turns `from` into the faded signal. */
  process(from: Planar, to: Planar, frames: number): void {
    for (let at = 0; at < frames; ) {
      const span = this.#ramp.take(frames - at);
      for (let channel = 0; channel < from.length; channel++) {
        blend(this.#state.memory.kernels, from[channel], to[channel], at, span);
      }
      at += span.frames;
    }
  }
}
