import type { StateMemory } from '../kernel-memory.ts';

/** A span of frames along which a ramp is a straight line: value at frame i of it is start + step * (index + i). */
export interface RampSpan {
  frames: number;
  start: number;
  step: number;
  index: number;
}

/**
 * A value that glides to its target along a straight line, of a usual length. Values are computed from the frame's place
 * in the ramp, never accumulated, so they do not depend on how the stream is cut.
 */
export class LinearRamp {
  readonly #length: number;
  /** Start, target, frames done, frames in all. */
  readonly #state: Float64Array;
  readonly #span: RampSpan = { frames: 0, start: 0, step: 0, index: 0 };

  /** `length` in frames. */
  constructor(state: StateMemory, length: number) {
    this.#length = Math.max(1, Math.round(length));
    this.#state = state.f64(4);
  }

  /** The value at the next frame. */
  get value(): number {
    if (!this.gliding) return this.target;
    const start = this.#state[0];
    return start + ((this.target - start) / this.#state[3]) * this.#state[2];
  }

  /** Where it glides to. */
  get target(): number {
    return this.#state[1];
  }

  get gliding(): boolean {
    return this.#state[2] < this.#state[3];
  }

  /** Frames until the target is reached. */
  get framesLeft(): number {
    return this.#state[3] - this.#state[2];
  }

  /** Stands at `value` at once. */
  jump(value: number): void {
    this.#state[0] = value;
    this.#state[1] = value;
    this.#state[2] = this.#length;
    this.#state[3] = this.#length;
  }

  /** Stands at `value` at once, or with `glide` goes there. */
  set(value: number, glide: boolean, frames?: number): void {
    if (glide) this.glide(value, frames);
    else this.jump(value);
  }

  /** Begins to glide from the present value; `frames` are taken instead of the usual length. */
  glide(target: number, frames = this.#length): void {
    const from = this.value;
    this.#state[0] = from;
    this.#state[1] = target;
    this.#state[2] = from === target ? frames : 0;
    this.#state[3] = frames;
  }

  /** Takes the next straight span of at most `frames` frames; the object is reused. */
  take(frames: number): Readonly<RampSpan> {
    // One by one: to take a typed array apart asks its iterator.
    const state = this.#state;
    const span = this.#span;
    const target = state[1];
    const done = state[2];
    const length = state[3];
    if (done >= length) {
      span.frames = frames;
      span.start = target;
      span.step = 0;
      span.index = 0;
      return span;
    }
    const start = state[0];
    span.frames = Math.min(frames, length - done);
    span.start = start;
    span.step = (target - start) / length;
    span.index = done;
    state[2] = done + span.frames;
    return span;
  }
}
