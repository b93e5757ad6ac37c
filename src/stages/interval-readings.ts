import type { StateMemory } from '../dsp/kernel-memory.ts';
import type { Readings } from './define-stage.ts';
import { number } from './parameters.ts';

/**
 * Readings that may wait to be taken; older ones are dropped. In a block of 16384 frames end 204 intervals of 10 ms at
 * 8 kHz, or 128 windows of 512 frames.
 */
const MAX_PENDING = 256;

/** The parameter of an interval's length: at least `min` ms, and words on what else there is to know of it. */
export const interval = (min: number, more = '') =>
  number({
    min,
    max: 60000,
    default: 1000,
    unit: 'ms',
    doc: `stream time from one reading to the next, counted from the start of the stream${more}`,
  });

/** Cuts a stream into intervals that count from its start, and keeps what was read at their ends until it is taken. */
export class IntervalReadings {
  readonly #read: (frame: number) => Readings;
  /** Frames since the start; end of the last closed interval. */
  readonly #position: Float64Array;
  /** Infinity: intervals end where `endAt` says. */
  #intervalFrames = 1;
  #pending: Readings[] = [];
  /** Null where it has not been read yet. */
  #last: Readings | null = null;

  /** `read` gives the reading of the last closed interval, which ended at `frame`. */
  constructor(state: StateMemory, read: (frame: number) => Readings) {
    this.#read = read;
    this.#position = state.f64(2);
  }

  /**
   * Sets the length of an interval in ms, at least a frame; 0: intervals end where `endAt` says. Without `glide` forgets
   * what has not been taken.
   */
  set(intervalMs: number, sampleRate: number, glide: boolean): void {
    const frames = intervalMs > 0 ? Math.max(1, Math.round((intervalMs / 1000) * sampleRate)) : Infinity;
    // What was read where `endAt` said is no reading of an interval of a length, and the other way round.
    if ((frames === Infinity) !== (this.#intervalFrames === Infinity)) this.#position[1] = 0;
    this.#intervalFrames = frames;
    this.#last = null;
    if (!glide) this.#pending = [];
  }

  /** Frames since the start. */
  get position(): number {
    return this.#position[0];
  }

  /** Whether an interval has ended since the start, or since intervals got another kind of end. */
  get hasEnded(): boolean {
    return this.#position[1] > 0;
  }

  /** The reading of the last closed interval; null before one has ended. */
  get last(): Readings | null {
    if (this.hasEnded) this.#last ??= this.#read(this.#position[1]);
    return this.#last;
  }

  /** How many of the next `frames` frames belong to the open interval. */
  span(frames: number): number {
    return Math.min(frames, this.#intervalFrames - (this.#position[0] % this.#intervalFrames));
  }

  /** Counts frames of one span; true when they end the interval. */
  advance(frames: number): boolean {
    this.#position[0] += frames;
    if (this.#position[0] % this.#intervalFrames !== 0) return false;
    this.endAt(this.#position[0]);
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

  /** Ends an interval at a frame. */
  endAt(frame: number): void {
    this.#position[1] = frame;
    this.#last = null;
  }

  /** Keeps the reading of the interval that has just ended. */
  keep(): void {
    if (this.#pending.length === MAX_PENDING) this.#pending.shift();
    this.#pending.push(this.last!);
  }

  /** What was kept since the last call, oldest first. */
  take(): readonly Readings[] {
    const readings = this.#pending;
    this.#pending = [];
    return readings;
  }
}
