import type { StateMemory } from '../dsp/kernel-memory.ts';
import type { Readings } from './define-stage.ts';

/** Readings that may wait to be taken; older ones are dropped. More than any block of 16384 frames at 8 kHz closes. */
const MAX_PENDING = 256;

/** Cuts a stream into intervals that count from its start, and keeps what was read at their ends until it is taken. */
export class IntervalReadings {
  /** Frames since the start; end of the last closed interval. */
  readonly #position: Float64Array;
  #intervalFrames = 1;
  #pending: Readings[] = [];

  constructor(state: StateMemory) {
    this.#position = state.f64(2);
  }

  /** Sets the length of an interval; without `glide` forgets what has not been taken. */
  set(intervalMs: number, sampleRate: number, glide: boolean): void {
    this.#intervalFrames = Math.max(1, Math.round((intervalMs / 1000) * sampleRate));
    if (!glide) this.#pending = [];
  }

  /** Frames since the start. */
  get position(): number {
    return this.#position[0];
  }

  /** Frame at which the last interval ended; 0 before one has. */
  get lastEnd(): number {
    return this.#position[1];
  }

  /** How many of the next `frames` frames belong to the open interval. */
  span(frames: number): number {
    return Math.min(frames, this.#intervalFrames - (this.#position[0] % this.#intervalFrames));
  }

  /** Counts frames of one span; true when they end the interval. */
  advance(frames: number): boolean {
    this.#position[0] += frames;
    if (this.#position[0] % this.#intervalFrames !== 0) return false;
    this.#position[1] = this.#position[0];
    return true;
  }

  /** Counts frames of any number of spans. */
  pass(frames: number): void {
    for (let left = frames; left > 0; ) {
      const span = this.span(left);
      this.advance(span);
      left -= span;
    }
  }

  push(reading: Readings): void {
    if (this.#pending.length === MAX_PENDING) this.#pending.shift();
    this.#pending.push(reading);
  }

  /** What was pushed since the last call, oldest first. */
  take(): readonly Readings[] {
    const readings = this.#pending;
    this.#pending = [];
    return readings;
  }
}
