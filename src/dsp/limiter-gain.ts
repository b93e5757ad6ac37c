import { BoxMean, GAIN_STEPS } from './box-mean.ts';
import type { StateMemory } from './kernel-memory.ts';
import { largest } from './level.ts';
import { SlidingMax } from './sliding-max.ts';

/**
 * Where the release heads for: 2^-20 over 1, so that the gain, which never exceeds 1, is back at exactly 1 after 14
 * release times and samples pass bit for bit again.
 */
const GOAL = 1 + 1 / 1048576;

/**
 * The gain of a lookahead limiter, from a level to a smooth gain that obeys it `lookahead` frames later.
 *
 * The largest level of the next lookahead + 1 frames is held; ceiling / level, falling at once and rising with the
 * release, is smoothed by two running means whose lengths add up to the lookahead. Each mean is over values that
 * all obey the frame they will meet, so the result does: x[n] g[n] <= ceiling by construction, not by clipping.
 */
export class LimiterGain {
  readonly #state: StateMemory;
  readonly #hold: SlidingMax;
  readonly #last: Float64Array;
  readonly #first: BoxMean;
  readonly #second: BoxMean;
  #ceiling = 1;
  #release = 0;

  /** `lookahead` in frames, at least 1. */
  constructor(state: StateMemory, lookahead: number) {
    this.#state = state;
    this.#hold = new SlidingMax(state, lookahead + 1);
    this.#last = state.f64(1, 1);
    const firstLength = Math.floor(lookahead / 2) + 1;
    this.#first = new BoxMean(state, firstLength);
    this.#second = new BoxMean(state, lookahead + 2 - firstLength);
  }

  /** `ceiling` linear, a value that 32-bit float holds; `release` a smoothing coefficient. */
  set(ceiling: number, release: number): void {
    this.#ceiling = ceiling;
    this.#release = release;
  }

  /** The last gain before smoothing: 1 when nothing is held down. */
  get held(): number {
    return this.#last[0];
  }

  /**
   * Turns levels (overwritten) into gains. False when every gain is exactly 1, and `gain` was not written.
   */
  process(level: Float32Array, gain: Float64Array, frames: number): boolean {
    const { kernels } = this.#state.memory;
    this.#hold.process(level, frames);
    const resting = this.#last[0] === 1 && this.#first.atUnity && this.#second.atUnity;
    if (resting && largest(kernels, level, frames) <= this.#ceiling) return false;
    if (kernels) {
      const { byteOffset: last } = this.#last;
      const { byteOffset: from } = level;
      const { byteOffset: to } = gain;
      kernels.releasedGain(last, from, to, frames, this.#ceiling, this.#release, GOAL);
    } else {
      this.#releasedGain(level, gain, frames);
    }
    this.#first.process(gain, frames);
    this.#second.process(gain, frames);
    return true;
  }

  #releasedGain(level: Float32Array, gain: Float64Array, frames: number): void {
    const release = this.#release;
    const rise = GOAL * (1 - release);
    let last = this.#last[0];
    for (let i = 0; i < frames; i++) {
      const allowed = this.#ceiling / Math.max(level[i], this.#ceiling);
      last = Math.min(last * release + rise, allowed);
      gain[i] = Math.floor(last * GAIN_STEPS) / GAIN_STEPS;
    }
    this.#last[0] = last;
  }
}
