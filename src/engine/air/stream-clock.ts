import type { AirClock } from './air-clock.ts';

/** A stream that is further behind its clock than this has stood still with its process, in ms. */
const MOST_BEHIND = 2000;
/** How far a paced programme may run ahead, in ms: as much as packets are early and late on their way. */
const LEAD = 100;

/** How many frames are due, by the clock of the machine. */
export class StreamClock {
  readonly #clock: AirClock;
  readonly #rate: number;
  /** A frame of the stream, and when it was due. */
  #frame = 0;
  #time: number;

  /** `rate` in frames a second. */
  constructor(clock: AirClock, rate: number) {
    this.#clock = clock;
    this.#rate = rate;
    this.#time = clock.now();
  }

  /** Goes on from here: so many frames have left now. */
  setTo(framesOut: number): void {
    this.#frame = framesOut;
    this.#time = this.#clock.now();
  }

  /** Frames that are due and have not left; negative when the stream is ahead. */
  due(framesOut: number): number {
    return Math.floor(this.#frame + ((this.#clock.now() - this.#time) * this.#rate) / 1000) - framesOut;
  }

  /** Frames that a paced programme may give now. */
  allowed(framesOut: number): number {
    return this.due(framesOut) + Math.floor((LEAD * this.#rate) / 1000);
  }

  /** After a standstill: seconds by which the stream was behind, made up for no more; 0 when it was not. */
  forgive(framesOut: number): number {
    const behind = this.due(framesOut) / this.#rate;
    if (behind * 1000 < MOST_BEHIND) return 0;
    this.setTo(framesOut);
    return behind;
  }

  /** ms until so many frames more are due. */
  wait(frames: number): number {
    return Math.max(1, Math.ceil((frames * 1000) / this.#rate));
  }
}
