import * as z from 'zod';
import { stereoPair } from '../audio/format.ts';
import { BandMasks } from '../dsp/band-masks.ts';
import { powerToDb } from '../dsp/elementary.ts';
import { FFT_SIZES, type FftSize } from '../dsp/fft.ts';
import { thirdOctaveBands } from '../dsp/frequency-bands.ts';
import { LevelStatistics, type Levels } from '../dsp/level-statistics.ts';
import { PowerSpectrum } from '../dsp/spectrum.ts';
import {
  defineStage,
  type ProcessSpec,
  type Readings,
  type StageIO,
  StageProcessor,
} from './define-stage.ts';
import { described, flag, number } from './parameters.ts';

/** Readings that may wait to be taken; older ones are dropped. More than any block of 16384 frames at 8 kHz closes. */
const MAX_PENDING = 256;

const params = z.strictObject({
  interval: number({
    min: 10,
    max: 60000,
    default: 1000,
    unit: 'ms',
    doc: 'stream time from one reading to the next, counted from the start of the stream',
  }),
  spectrum: flag(true, 'measure third-octave levels'),
  fftSize: described(
    z.literal(FFT_SIZES).default(4096),
    'points of a window of the spectrum; longer resolves lower bands',
    'restart',
    'samples',
  ),
});

class AnalyzerProcessor extends StageProcessor<z.output<typeof params>> {
  readonly #levels: LevelStatistics;
  readonly #spectrum: PowerSpectrum | null;
  readonly #masks: BandMasks;
  /** Frames since the start; end of the last closed interval. */
  readonly #position: Float64Array;
  #intervalFrames = 1;
  #pending: Readings[] = [];

  constructor(spec: ProcessSpec, given: z.output<typeof params>) {
    super('analyzer', spec, given);
    const { channels, sampleRate } = spec.format;
    const fftSize: FftSize = given.fftSize;
    this.#levels = new LevelStatistics(this.state, channels, stereoPair(spec.format));
    this.#spectrum = given.spectrum ? new PowerSpectrum(this.state, channels, fftSize) : null;
    this.#masks = new BandMasks(spec.memory, thirdOctaveBands(sampleRate), sampleRate, fftSize);
    this.#position = this.state.f64(2);
    this.configure(false);
  }

  protected configure(glide: boolean): void {
    this.#intervalFrames = Math.max(1, Math.round((this.params.interval / 1000) * this.format.sampleRate));
    if (!glide) this.#pending = [];
  }

  process({ main }: StageIO, frames: number): void {
    for (let done = 0; done < frames; ) {
      const left = this.#intervalFrames - (this.#position[0] % this.#intervalFrames);
      const take = Math.min(left, frames - done);
      this.#levels.process(main, done, take);
      this.#spectrum?.process(main, done, take);
      this.#position[0] += take;
      done += take;
      if (take === left) this.#closeInterval();
    }
  }

  /** Figures since the start, and under `interval` those of the last closed interval, or null before there is one. */
  override meters(): Readings {
    return {
      ...this.#reading(this.#position[0], this.#levels.sinceStart(), this.#spectrum?.sinceStart()),
      interval: this.#position[1] > 0 ? this.#intervalReading() : null,
    };
  }

  override takeReadings(): readonly Readings[] {
    const readings = this.#pending;
    this.#pending = [];
    return readings;
  }

  #closeInterval(): void {
    this.#levels.closeInterval();
    this.#spectrum?.closeInterval();
    this.#position[1] = this.#position[0];
    if (this.#pending.length === MAX_PENDING) this.#pending.shift();
    this.#pending.push(this.#intervalReading());
  }

  #intervalReading(): Readings {
    return this.#reading(this.#position[1], this.#levels.lastInterval(), this.#spectrum?.lastInterval());
  }

  #reading(
    frame: number,
    { frames: _, ...levels }: Levels,
    power: Float64Array | null | undefined,
  ): Readings {
    const { freqs } = this.#masks.bands;
    const spectrum = power && { freqs, levels: this.#masks.powers(power).map(powerToDb) };
    return {
      frame,
      seconds: frame / this.format.sampleRate,
      ...levels,
      channels: levels.channels.map((channel) => ({ ...channel })),
      spectrum: spectrum ?? null,
    };
  }
}

/** Measures and changes nothing: peak, RMS, crest factor, DC, clipped samples, correlation, third-octave levels. */
export const analyzer = defineStage({
  name: 'analyzer',
  summary: 'Measures peak, RMS, crest factor, DC, clipping, correlation and spectrum; changes nothing',
  source: 'IEC 61260-1:2014 (bands); Welch, IEEE Trans. Audio Electroacoust. 15(2), 1967 (spectrum)',
  params,
  transparent: true,
  neutral: {},
  exercise: {},
  prepare: (spec, given) => new AnalyzerProcessor(spec, given),
});
