import type { StateMemory } from '../kernel-memory.ts';

/** Indexes of the state: frames taken, the newest ceiling, the frame at which it was set. */
const NOW = 0;
const NEWEST = 1;
const SINCE = 2;

/**
 * A ceiling that rises at once and falls `delay` frames late: the highest that stood within that time, for audio that is so much
 * older and was held under what was asked for then. Former ceilings wait in a queue, each higher than the ones behind it, so
 * that one that goes on falling is followed all the way.
 */
export class DelayedCeiling {
  readonly #delay: number;
  /** Former ceilings that are still in force, and the frames at which they go; rings. */
  readonly #former: Float64Array;
  readonly #ends: Float64Array;
  /** Where the queue begins in the rings, and how many wait: at most one goes at any frame to come. */
  readonly #queue: Int32Array;
  readonly #values: Float64Array;

  /** `delay` in frames. */
  constructor(state: StateMemory, delay: number) {
    this.#delay = delay;
    this.#former = state.f64(delay);
    this.#ends = state.f64(delay);
    this.#queue = state.i32(2);
    this.#values = state.f64(3);
  }

  /** The ceiling that is in force at the next frame. */
  get value(): number {
    const newest = this.#values[NEWEST];
    return this.settled ? newest : Math.max(newest, this.#former[this.#queue[0]]);
  }

  /** Whether none waits to go. */
  get settled(): boolean {
    return this.#queue[1] === 0;
  }

  /** Stands at a ceiling at once. */
  jump(ceiling: number): void {
    this.#queue[1] = 0;
    this.#values[NEWEST] = ceiling;
    this.#values[SINCE] = this.#values[NOW];
  }

  /** Goes to a ceiling at the next frame, in force as soon as it may be. */
  move(ceiling: number): void {
    if (ceiling === this.#values[NEWEST]) return;
    // What was never in force leaves no trace.
    if (this.#delay > 0 && this.#values[SINCE] < this.#values[NOW]) this.#push(this.#values[NEWEST]);
    this.#values[NEWEST] = ceiling;
    this.#values[SINCE] = this.#values[NOW];
  }

  /** How many of the next `frames` frames the value stands for. */
  span(frames: number): number {
    return this.settled ? frames : Math.min(frames, this.#ends[this.#queue[0]] - this.#values[NOW]);
  }

  /** Goes on by as many frames as `span` allows. */
  advance(frames: number): void {
    this.#values[NOW] += frames;
    if (this.settled || this.#ends[this.#queue[0]] > this.#values[NOW]) return;
    this.#queue[0] = this.#place(1);
    this.#queue[1] -= 1;
  }

  #push(ceiling: number): void {
    while (!this.settled && this.#former[this.#place(this.#queue[1] - 1)] <= ceiling) this.#queue[1] -= 1;
    const last = this.#place(this.#queue[1]);
    this.#former[last] = ceiling;
    this.#ends[last] = this.#values[NOW] + this.#delay;
    this.#queue[1] += 1;
  }

  /** Index in the rings of what waits at a place of the queue. */
  #place(at: number): number {
    return (this.#queue[0] + at) % this.#delay;
  }
}
