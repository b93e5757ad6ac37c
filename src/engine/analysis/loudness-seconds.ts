import type { Planar } from '../../audio/block.ts';
import type { LoudnessMeter } from '../../dsp/loudness/loudness-meter.ts';

/** Meters a stream and stops at every full second of it. */
export class LoudnessSeconds {
  readonly #meter: LoudnessMeter;
  readonly #sampleRate: number;
  /** Frames so far. */
  frame = 0;

  constructor(meter: LoudnessMeter, sampleRate: number) {
    this.#meter = meter;
    this.#sampleRate = sampleRate;
  }

  get seconds(): number {
    return this.frame / this.#sampleRate;
  }

  /** Takes a block; `onSecond` is called where a second is full. */
  process(channels: Planar, frames: number, onSecond: () => void): void {
    for (let done = 0; done < frames; ) {
      const span = Math.min(frames - done, this.#sampleRate - (this.frame % this.#sampleRate));
      const whole = span === frames;
      this.#meter.process(whole ? channels : channels.map((channel) => channel.subarray(done)), span);
      this.frame += span;
      done += span;
      if (this.frame % this.#sampleRate === 0) onSecond();
    }
  }
}
