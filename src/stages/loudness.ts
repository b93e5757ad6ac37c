import * as z from 'zod';
import type { Planar } from '../audio/block.ts';
import { channelWeights } from '../dsp/loudness/channel-weights.ts';
import { loudnessFigures } from '../dsp/loudness/loudness-figures.ts';
import { LoudnessMeter } from '../dsp/loudness/loudness-meter.ts';
import {
  defineStage,
  type ProcessSpec,
  type Readings,
  type StageIO,
  StageProcessor,
} from './define-stage.ts';
import { IntervalReadings, interval } from './interval-readings.ts';
import { flag } from './parameters.ts';

const params = z.strictObject({
  interval: interval(10),
  dualMono: flag(false, 'read mono as it sounds from two loudspeakers: 3.01 LU more'),
  truePeak: flag(true, 'read the peaks between the samples too'),
});
type Params = z.output<typeof params>;

class Loudness extends StageProcessor<Params> {
  readonly #meter: LoudnessMeter;
  readonly #readings: IntervalReadings;
  readonly #figures: Readings;
  /** What was read at this very frame. */
  #here: Readings | null = null;

  constructor(spec: ProcessSpec, initial: Params) {
    super('loudness', spec, initial);
    const { sampleRate, channels, layout } = spec.format;
    this.#meter = new LoudnessMeter(this.state, {
      sampleRate,
      channels,
      maxFrames: spec.maxFrames,
      weights: channelWeights(layout, initial.dualMono),
      truePeak: initial.truePeak,
    });
    this.#readings = new IntervalReadings(this.state, () => this.meters());
    const position = (): number => this.#readings.position;
    this.#figures = loudnessFigures(this.#meter, spec.format, initial.truePeak, position);
    this.configure(false);
  }

  protected override configure(glide: boolean): void {
    this.#readings.set(this.params.interval, this.format.sampleRate, glide);
    this.#here = null;
  }

  override process({ main }: StageIO, frames: number): void {
    this.#here = null;
    if (this.keepsReadings) {
      this.#readByInterval(main, frames);
      return;
    }
    // Intervals that nobody reads need not be told apart.
    this.#meter.process(main, frames);
    this.#readings.pass(frames);
  }

  #readByInterval(main: Planar, frames: number): void {
    for (let done = 0; done < frames; ) {
      const span = this.#readings.span(frames - done);
      const whole = span === frames;
      this.#meter.process(whole ? main : main.map((channel) => channel.subarray(done)), span);
      done += span;
      this.#here = null;
      if (this.#readings.advance(span)) this.#readings.keep();
    }
  }

  override finish(): void {
    this.#meter.finish();
    this.#here = null;
  }

  override takeReadings(): readonly Readings[] {
    return this.#readings.take();
  }

  /**
   * Momentary and short-term loudness now, all else since the start; LUFS, the range in LU, peaks in dBTP and dBFS: of the
   * highest channel, and of each.
   */
  override meters(): Readings {
    this.#here ??= { ...this.#figures };
    return this.#here;
  }

  override glance(): Readings {
    return this.#figures;
  }
}

/** Measures loudness, loudness range and peaks, and changes nothing. */
export const loudness = defineStage({
  name: 'loudness',
  summary: 'Measures loudness (M, S, I), loudness range and true peak; changes nothing',
  source: 'Rec. ITU-R BS.1770-5; EBU R 128, Tech 3341 (2023), Tech 3342 (2023)',
  params,
  transparent: true,
  neutral: {},
  exercise: {},
  prepare: (spec, initial) => new Loudness(spec, initial),
});
