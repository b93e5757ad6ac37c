import type { AudioBlock } from '../../audio/block.ts';
import type { AudioFormat } from '../../audio/format.ts';
import { type KernelMemory, StateMemory } from '../../dsp/kernel-memory.ts';
import { channelWeights } from '../../dsp/loudness/channel-weights.ts';
import { LoudnessMeter } from '../../dsp/loudness/loudness-meter.ts';
import type { LoudnessHour, LoudnessSecond, LoudnessSpan } from '../../monitor/loudness-line.ts';
import { LoudnessSeconds } from './loudness-seconds.ts';

const SECONDS_PER_HOUR = 3600;

/** What the watch calls when a second or an hour of the stream is over. */
export interface LoudnessListener {
  second(span: LoudnessSpan, figures: LoudnessSecond): void;
  hour(span: LoudnessSpan, figures: LoudnessHour): void;
}

/** Where a watch stands between two frames. */
export interface LoudnessWatchSnapshot {
  readonly frame: number;
  readonly hourStart: number;
  readonly hourPeak: number;
  readonly meter: Uint8Array;
}

/** Meters what goes out, second by second and hour by hour of the stream, in constant memory. */
export class LoudnessWatch {
  readonly #sampleRate: number;
  readonly #state: StateMemory;
  readonly #meter: LoudnessMeter;
  readonly #seconds: LoudnessSeconds;
  #hourStart = 0;
  #hourPeak = Number.NEGATIVE_INFINITY;

  constructor(memory: KernelMemory, format: AudioFormat, maxFrames: number) {
    const { sampleRate, channels, layout } = format;
    const weights = channelWeights(layout);
    this.#sampleRate = sampleRate;
    this.#state = new StateMemory(memory);
    this.#meter = new LoudnessMeter(this.#state, { sampleRate, channels, maxFrames, weights });
    this.#seconds = new LoudnessSeconds(this.#meter, sampleRate);
  }

  /** Where it stands; in the array of an earlier snapshot, which is worth nothing then, where one is given. */
  snapshot(into?: LoudnessWatchSnapshot): LoudnessWatchSnapshot {
    return {
      frame: this.#seconds.frame,
      hourStart: this.#hourStart,
      hourPeak: this.#hourPeak,
      meter: this.#state.snapshot(into?.meter),
    };
  }

  /** Goes on where a watch of the same format stood. */
  restore({ frame, hourStart, hourPeak, meter }: LoudnessWatchSnapshot): void {
    this.#state.restore(meter);
    this.#seconds.frame = frame;
    this.#hourStart = hourStart;
    this.#hourPeak = hourPeak;
  }

  /** Takes a block of the output. */
  block({ channels, frames }: AudioBlock, listener: LoudnessListener): void {
    this.#seconds.process(channels, frames, () => this.#closeSecond(listener));
  }

  /** Closes the second and the hour that are open, if the stream went on since the last. */
  end(listener: LoudnessListener): void {
    this.#meter.finish();
    this.#hourPeak = Math.max(this.#hourPeak, this.#meter.highestTruePeak);
    if (this.#seconds.frame % this.#sampleRate !== 0) this.#closeSecond(listener);
    if (this.#now > this.#hourStart) this.#closeHour(listener);
  }

  /** Seconds of the stream so far. */
  get #now(): number {
    return this.#seconds.seconds;
  }

  #closeSecond(listener: LoudnessListener): void {
    const { momentary, shortTerm, integrated, range, highestTruePeak: truePeak } = this.#meter;
    const figures = { momentary, shortTerm, integrated, range, truePeak };
    listener.second({ from: Math.ceil(this.#now) - 1, to: this.#now }, figures);
    this.#hourPeak = Math.max(this.#hourPeak, truePeak);
    this.#meter.restartPeaks();
    if (this.#now % SECONDS_PER_HOUR === 0) this.#closeHour(listener);
  }

  #closeHour(listener: LoudnessListener): void {
    const { integrated, range, momentaryMax, shortTermMax, gatedBlocks } = this.#meter;
    const figures = { integrated, range, momentaryMax, shortTermMax, truePeak: this.#hourPeak };
    listener.hour({ from: this.#hourStart, to: this.#now }, { ...figures, gatedSeconds: gatedBlocks / 10 });
    this.#meter.restart();
    this.#hourStart = this.#now;
    this.#hourPeak = Number.NEGATIVE_INFINITY;
  }
}
