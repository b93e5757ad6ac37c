import type { StateMemory } from '../kernel-memory.ts';
import { BoxMean, GAIN_STEPS } from '../levels/box-mean.ts';
import { largestOf } from '../levels/level.ts';
import { SlidingMax } from '../levels/sliding-max.ts';

/** A release heads for so much beyond a gain of 1, so that it is back at exactly 1 after 14 release times. */
const BEYOND = 1 / 1048576;
/** Makes up for the largest error of rounding to 32 bits. */
const UP = 1 + 2 ** -23;
/** Frames for which one `floor` holds while the gain is released. */
const FLOOR_SPAN = 64;
/** Covers the rounding of what `floor` is computed with. */
const FLOOR_SHARE = 1 - 1e-6;

interface LimiterGainOptions {
  readonly maxFrames: number;
  /** Frames over which the gain moves, at least 1. */
  readonly lookahead: number;
  /** Frames for which a depth stands before it is released, at least lookahead + 1. */
  readonly hold: number;
  /** Share by which levels over the ceiling are brought under it. */
  readonly margin: number;
}

/** How the gain comes back; smoothing coefficients. */
export interface LimiterRelease {
  readonly release: number;
  /** Of the slow depth, a running mean of the depth that dense programme builds up; 1 keeps it at 0. */
  readonly slow: number;
}

/**
 * The gain of a lookahead limiter, from a level to a smooth gain that obeys it `lookahead` frames later and on, to the
 * end of the hold.
 *
 * The depth 1 - ceiling / level, rising at once and falling with the release, is held; the gain 1 - depth is smoothed by
 * two running means whose lengths add up to the lookahead. Each mean is over values that all obey the frame they
 * will meet, so the result does: level[n] g[n] <= ceiling by construction, not by clipping.
 *
 * Release and hold commute (both take the largest over shifted copies of the same curve), and with the release first
 * it is known at every frame which level is too low to matter: see `floor`.
 */
export class LimiterGain {
  /** What `follow` leaves and `smooth` takes: 1 - gain, before the hold. */
  readonly depth: Float64Array;
  readonly #state: StateMemory;
  readonly #margin: number;
  /** The last depth, and the slow one. */
  readonly #last: Float64Array;
  readonly #held: Float32Array;
  readonly #hold: SlidingMax;
  readonly #first: BoxMean;
  readonly #second: BoxMean;
  #ceiling = 1;
  #margined = 1;
  #release: LimiterRelease = { release: 0, slow: 1 };
  /** Share of a depth that is left after FLOOR_SPAN frames. */
  #left = 0;

  constructor(state: StateMemory, { maxFrames, lookahead, hold, margin }: LimiterGainOptions) {
    const { memory } = state;
    this.#state = state;
    this.#margin = margin;
    this.depth = memory.f64(maxFrames);
    this.#held = memory.f32(maxFrames);
    this.#last = state.f64(2);
    this.#hold = new SlidingMax(state, hold);
    const firstLength = Math.floor(lookahead / 2) + 1;
    this.#first = new BoxMean(state, firstLength);
    this.#second = new BoxMean(state, lookahead + 2 - firstLength);
  }

  setRelease(release: LimiterRelease): void {
    this.#release = release;
    if (release.slow === 1) {
      // What the slow depth holds goes the way of the other.
      this.#last[0] = Math.max(this.#last[0], this.#last[1]);
      this.#last[1] = 0;
    }
    this.#left = 1;
    for (let n = 0; n < FLOOR_SPAN; n++) this.#left *= release.release;
  }

  /** Linear, a value that 32-bit float holds. */
  setCeiling(ceiling: number): void {
    this.#ceiling = ceiling;
    this.#margined = ceiling * (1 - this.#margin);
  }

  /** Whether every gain is exactly 1 as long as no level exceeds the ceiling. */
  get resting(): boolean {
    // Means at 1 say that all that is held is 0.
    return this.#last[0] === 0 && this.#last[1] === 0 && this.#first.atUnity && this.#second.atUnity;
  }

  /** The gain that holds the newest level down; 1 when none does. */
  get newest(): number {
    return 1 - Math.max(this.#last[0], this.#last[1]);
  }

  /** How many of the next `frames` frames the present `floor` holds for. */
  floorSpan(frames: number): number {
    return this.#last[0] > 0 ? Math.min(frames, FLOOR_SPAN) : frames;
  }

  /** Levels up to here change nothing in the next `floorSpan` frames: what is released already lies lower. */
  get floor(): number {
    const depth = this.#last[0] * this.#left - BEYOND;
    return (depth > 0 ? Math.max(this.#ceiling, this.#margined / (1 - depth)) : this.#ceiling) * FLOOR_SHARE;
  }

  /** Takes in levels `at` to `at + frames`. */
  follow(level: Float32Array, at: number, frames: number): void {
    const { kernels } = this.#state.memory;
    if (kernels === null) {
      this.#followReference(level, at, frames);
      return;
    }
    const last = this.#last;
    const from = level.byteOffset + 4 * at;
    if (last[0] === 0 && last[1] === 0 && kernels.largest(from, frames) <= this.#ceiling) {
      this.depth.fill(0, at, at + frames);
      return;
    }
    const depth = this.depth.byteOffset + 8 * at;
    const { release, slow } = this.#release;
    const drop = BEYOND * (1 - release);
    kernels.releasedDepth(last.byteOffset, from, depth, frames, this.#ceiling, this.#margined, release, drop);
    if (slow < 1) kernels.slowDepth(last.byteOffset + 8, depth, frames, slow, BEYOND * (1 - slow));
  }

  /** Twin of the kernels `releasedDepth` and `slowDepth`. */
  #followReference(level: Float32Array, at: number, frames: number): void {
    const { release, slow } = this.#release;
    const drop = BEYOND * (1 - release);
    const slowDrop = BEYOND * (1 - slow);
    let depth = this.#last[0];
    let mean = this.#last[1];
    for (let i = at; i < at + frames; i++) {
      const need = level[i] > this.#ceiling ? 1 - this.#margined / level[i] : 0;
      depth = Math.max(depth * release - drop, need);
      mean = Math.max(slow * mean + ((1 - slow) * depth - slowDrop), 0);
      this.depth[i] = Math.max(depth, mean);
    }
    this.#last[0] = depth;
    this.#last[1] = mean;
  }

  /** Turns `depth` into gains. False when every gain is exactly 1, and `gain` was not written. */
  smooth(gain: Float64Array, frames: number): boolean {
    const { kernels } = this.#state.memory;
    const resting = this.#first.atUnity && this.#second.atUnity;
    if (resting && largestOf(kernels, this.depth, frames, 0) === 0) return false;
    if (kernels) kernels.roundUp(this.depth.byteOffset, this.#held.byteOffset, frames, UP);
    else for (let i = 0; i < frames; i++) this.#held[i] = this.depth[i] * UP;
    this.#hold.process(this.#held, frames);
    if (kernels) kernels.gainFromDepth(this.#held.byteOffset, gain.byteOffset, frames);
    else {
      for (let i = 0; i < frames; i++) gain[i] = Math.floor((1 - this.#held[i]) * GAIN_STEPS) / GAIN_STEPS;
    }
    this.#first.process(gain, frames);
    this.#second.process(gain, frames);
    return true;
  }
}
