import type { StateMemory } from '../kernel-memory.ts';

/**
 * Maximum of the last `window` frames of a level, in constant time per frame whatever the window
 * (van Herk 1992; Gil and Werman 1993).
 */
export class SlidingMax {
  readonly #state: StateMemory;
  readonly #window: number;
  /** The run that is coming in; suffix maxima of the run before; maximum and length of what has come in. */
  readonly #run: Float32Array;
  readonly #suffix: Float32Array;
  readonly #prefix: Float32Array;
  readonly #position: Int32Array;

  /** `window` in frames, at least 1. Levels are never negative. */
  constructor(state: StateMemory, window: number) {
    this.#state = state;
    this.#window = window;
    this.#run = state.f32(window);
    this.#suffix = state.f32(window + 1);
    this.#prefix = state.f32(1);
    this.#position = state.i32(1);
  }

  /** In place. */
  process(level: Float32Array, frames: number): void {
    const kernels = this.#state.memory.kernels;
    if (kernels) {
      const { byteOffset } = level;
      this.#position[0] = kernels.slidingMax(
        this.#run.byteOffset,
        this.#suffix.byteOffset,
        this.#prefix.byteOffset,
        this.#window,
        this.#position[0],
        byteOffset,
        byteOffset,
        frames,
      );
    } else {
      this.#processReference(level, frames);
    }
  }

  #processReference(level: Float32Array, frames: number): void {
    const window = this.#window;
    const run = this.#run;
    const suffix = this.#suffix;
    let prefix = this.#prefix[0];
    let at = this.#position[0];
    for (let i = 0; i < frames; i++) {
      run[at] = level[i];
      prefix = Math.max(prefix, level[i]);
      at += 1;
      // The window is the tail of the run before, from `at` on, and the head of this one.
      level[i] = Math.max(suffix[at], prefix);
      if (at === window) {
        suffix[window] = 0;
        for (let k = window - 1; k >= 0; k--) suffix[k] = Math.max(run[k], suffix[k + 1]);
        prefix = 0;
        at = 0;
      }
    }
    this.#prefix[0] = prefix;
    this.#position[0] = at;
  }
}
