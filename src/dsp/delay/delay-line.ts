import type { Planar } from '../../audio/block.ts';
import type { StateMemory } from '../kernel-memory.ts';

/** A delay by a whole number of frames, in place. */
export class DelayLine {
  readonly #state: StateMemory;
  readonly #rings: readonly Float32Array[];
  readonly #position: Int32Array;
  readonly #frames: number;

  constructor(state: StateMemory, channels: number, frames: number) {
    this.#state = state;
    this.#frames = frames;
    this.#rings = Array.from({ length: channels }, () => state.f32(frames));
    this.#position = state.i32(1);
  }

  process(channels: Planar, frames: number): void {
    if (this.#frames === 0) return;
    const start = this.#position[0];
    for (let channel = 0; channel < channels.length; channel++) {
      this.#position[0] = this.#swap(this.#rings[channel], start, channels[channel], frames);
    }
  }

  #swap(ring: Float32Array, start: number, x: Float32Array, frames: number): number {
    const kernels = this.#state.memory.kernels;
    if (kernels) return kernels.delaySwap(ring.byteOffset, this.#frames, start, x.byteOffset, frames);
    let at = start;
    for (let i = 0; i < frames; i++) {
      const held = ring[at];
      ring[at] = x[i];
      x[i] = held;
      at = at + 1 === this.#frames ? 0 : at + 1;
    }
    return at;
  }
}
