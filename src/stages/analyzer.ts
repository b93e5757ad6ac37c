import * as z from 'zod';
import { stereoPair } from '../audio/format.ts';
import { powerToDb } from '../dsp/elementary.ts';
import { LevelStatistics, type Levels } from '../dsp/levels/level-statistics.ts';
import { BandMasks } from '../dsp/spectrum/band-masks.ts';
import { FFT_SIZES, type FftSize } from '../dsp/spectrum/fft.ts';
import { thirdOctaveBands } from '../dsp/spectrum/frequency-bands.ts';
import { PowerSpectrum } from '../dsp/spectrum/spectrum.ts';
import {
  defineStage,
  type ProcessSpec,
  type Readings,
  type StageIO,
  StageProcessor,
} from './define-stage.ts';
import { IntervalReadings, interval } from './interval-readings.ts';
import { described, flag } from './parameters.ts';

const params = z.strictObject({
  interval: interval(10),
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
  readonly #readings: IntervalReadings;

  constructor(spec: ProcessSpec, given: z.output<typeof params>) {
    super('analyzer', spec, given);
    const { channels, sampleRate } = spec.format;
    const fftSize: FftSize = given.fftSize;
    this.#levels = new LevelStatistics(this.state, channels, stereoPair(spec.format));
    this.#spectrum = given.spectrum ? new PowerSpectrum(this.state, channels, fftSize) : null;
    this.#masks = new BandMasks(spec.memory, thirdOctaveBands(sampleRate), sampleRate, fftSize);
    this.#readings = new IntervalReadings(this.state, (frame) =>
      this.#reading(frame, this.#levels.lastInterval(), this.#spectrum?.lastInterval()),
    );
    this.configure(false);
  }

  protected configure(glide: boolean): void {
    this.#readings.set(this.params.interval, this.format.sampleRate, glide);
  }

  process({ main }: StageIO, frames: number): void {
    for (let done = 0; done < frames; ) {
      const take = this.#readings.span(frames - done);
      this.#levels.process(main, done, take);
      this.#spectrum?.process(main, done, take);
      done += take;
      if (this.#readings.advance(take)) this.#closeInterval();
    }
  }

  /** Figures since the start, and under `interval` those of the last closed interval, or null before there is one. */
  override meters(): Readings {
    return {
      ...this.#reading(this.#readings.position, this.#levels.sinceStart(), this.#spectrum?.sinceStart()),
      interval: this.#readings.last,
    };
  }

  override takeReadings(): readonly Readings[] {
    return this.#readings.take();
  }

  #closeInterval(): void {
    this.#levels.closeInterval();
    this.#spectrum?.closeInterval();
    if (this.keepsReadings) this.#readings.keep();
  }

  #reading(
    frame: number,
    { frames: _, ...levels }: Levels,
    power: Float64Array | null | undefined,
  ): Readings {
    const { freqs } = this.#masks.bands;
    const spectrum = power && { freqs, levels: Array.from(this.#masks.measureMean(power), powerToDb) };
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
