import type { StateMemory } from '../kernel-memory.ts';

/** Frames for which the values stand before they move on. */
const STEP = 16;

/**
 * Several values that glide together to their targets in steps of 16 frames, for parameters that are too dear to
 * derive anew every frame. The steps count from the frame where the glide began, never from a block's edge.
 */
export class SteppedRamp {
  readonly values: number[];
  readonly #length: number;
  readonly #from: Float64Array;
  readonly #to: Float64Array;
  readonly #done: Float64Array;

  /** `length` in frames. */
  constructor(state: StateMemory, count: number, length: number) {
    this.#length = Math.max(1, Math.round(length));
    this.#from = state.f64(count);
    this.#to = state.f64(count);
    this.#done = state.f64(1);
    this.values = new Array<number>(count).fill(0);
  }

  get gliding(): boolean {
    return this.#done[0] < this.#length;
  }

  /** Stands at the targets at once, or with `glide` goes there. */
  set(targets: readonly number[], glide: boolean): void {
    this.#update();
    this.#from.set(glide ? this.values : targets);
    this.#to.set(targets);
    this.#done[0] = glide ? 0 : this.#length;
    this.#update();
  }

  /** Sets `values` for the next frames and says for how many of the `frames` asked they stand. */
  take(frames: number): number {
    this.#update();
    if (!this.gliding) return frames;
    const done = this.#done[0];
    const run = Math.min(frames, STEP - (done % STEP), this.#length - done);
    this.#done[0] = done + run;
    return run;
  }

  #update(): void {
    const done = this.#done[0];
    const share = done >= this.#length ? 1 : (done - (done % STEP)) / this.#length;
    for (let n = 0; n < this.values.length; n++) {
      this.values[n] = share === 1 ? this.#to[n] : this.#from[n] + (this.#to[n] - this.#from[n]) * share;
    }
  }
}
