/** Where the stages of a stream began anew, in frames of the input and the output. */
export interface TrackStart {
  readonly in: number;
  readonly out: number;
}

/** Frames of the input against frames of the output, at their rates, since the stages began anew. */
export class StreamClock {
  readonly #inputRate: number;
  readonly #outputRate: number;
  trackStart: TrackStart = { in: 0, out: 0 };

  constructor(inputRate: number, outputRate: number) {
    this.#inputRate = inputRate;
    this.#outputRate = outputRate;
  }

  /** Frame of the output that belongs to one of the input. */
  outputAt(frameIn: number): number {
    const own = frameIn - this.trackStart.in;
    return this.trackStart.out + Math.ceil((own * this.#outputRate) / this.#inputRate);
  }

  /** Frame of the input that belongs to one of the output in a stream without tracks; `period` frames fall on a whole one. */
  inputAt(frameOut: number, period = 1): number {
    return Math.floor(Math.floor((frameOut * this.#inputRate) / this.#outputRate) / period) * period;
  }

  /** Each track is rounded up to a frame of the output: frames of the input by which what is announced comes earlier. */
  get ahead(): number {
    const { in: start, out } = this.trackStart;
    return Math.ceil((out * this.#inputRate) / this.#outputRate) - start;
  }

  /** The next frame of the input, from `frameIn` on, that lies whole periods behind the start of its track. */
  nextPeriod(frameIn: number, period: number): number {
    const { in: start } = this.trackStart;
    return start + Math.ceil((frameIn - start) / period) * period;
  }

  /** Seconds of the output. */
  seconds(frameOut: number): number {
    return frameOut / this.#outputRate;
  }
}
