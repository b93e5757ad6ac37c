import * as z from 'zod';
import { FFT_SIZES, type FftSize } from '../dsp/spectrum/fft.ts';
import { OVERLAPS } from '../dsp/spectrum/overlapping-windows.ts';
import { type SpectrumFigures, type ViewFigures, withoutBands } from '../dsp/spectrum/spectrum-figures.ts';
import { spectrumLayout } from '../dsp/spectrum/spectrum-layout.ts';
import { SpectrumMeter } from '../dsp/spectrum/spectrum-meter.ts';
import {
  defineStage,
  type ProcessSpec,
  type Readings,
  type StageIO,
  StageProcessor,
} from './define-stage.ts';
import { IntervalReadings, interval } from './interval-readings.ts';
import { choice, described, flag } from './parameters.ts';

const params = z.strictObject({
  interval: interval(0, '; 0 reads every window'),
  fftSize: described(
    z.literal(FFT_SIZES).default(4096),
    'points of a window; longer resolves lower frequencies, shorter resolves time',
    'restart',
    'samples',
  ),
  overlap: described(
    z.literal(OVERLAPS).default(75),
    'how much of a window the next one sees again; at 50 onsets and tempo are coarser, at half the work, at 25 at a third',
    'restart',
    '%',
  ),
  bands: flag(true, 'give levels in octave, third-octave and critical bands', 'live'),
  views: choice(
    ['all', 'programme'],
    'all',
    'what is looked at: the programme, its mid and its side; or the programme and the width alone, at half the work',
  ),
});

class SpectrumProcessor extends StageProcessor<z.output<typeof params>> {
  readonly #meter: SpectrumMeter;
  readonly #readings: IntervalReadings;
  readonly #glance: Readings;

  constructor(spec: ProcessSpec, given: z.output<typeof params>) {
    super('spectrum', spec, given);
    const fftSize: FftSize = given.fftSize;
    const layout = spectrumLayout({ format: spec.format, fftSize }, given.views);
    this.#meter = new SpectrumMeter(this.state, layout, given.overlap, (frame) => this.#closeWindow(frame));
    this.#readings = new IntervalReadings(this.state, (frame) =>
      this.#reading(frame, this.#everyWindow ? this.#meter.lastWindow() : this.#meter.lastInterval()),
    );
    const tempo = (): number | null => this.#meter.tempo?.bpm ?? null;
    const interval = (): Readings | null => {
      if (this.#everyWindow) return this.#readings.last;
      return this.#readings.hasEnded ? this.#meter.glance() : null;
    };
    this.#glance = {
      get tempo() {
        return tempo();
      },
      get interval() {
        return interval();
      },
    };
    this.configure(false);
  }

  get #everyWindow(): boolean {
    return this.params.interval === 0;
  }

  protected configure(glide: boolean): void {
    this.#readings.set(this.params.interval, this.format.sampleRate, glide);
    this.#meter.readsWindows = this.#everyWindow;
  }

  process({ main }: StageIO, frames: number): void {
    for (let done = 0; done < frames; ) {
      const take = this.#readings.span(frames - done);
      this.#meter.process(main, done, take);
      done += take;
      if (this.#readings.advance(take)) this.#closeInterval();
    }
  }

  /** Means since the start, with the tempo, and under `interval` the last reading, or null before there is one. */
  override meters(): Readings {
    const { tempo } = this.#meter;
    return {
      ...this.#reading(this.#readings.position, this.#meter.sinceStart()),
      tempo: tempo?.bpm ?? null,
      tempoStrength: tempo?.strength ?? null,
      interval: this.#readings.last,
    };
  }

  /** Tempo, and of the last reading what is known of the programme. */
  override glance(): Readings {
    return this.#glance;
  }

  override takeReadings(): readonly Readings[] {
    return this.#readings.take();
  }

  #closeInterval(): void {
    this.#meter.closeInterval();
    if (this.keepsReadings) this.#readings.keep();
  }

  #closeWindow(frame: number): void {
    if (!this.#everyWindow) return;
    this.#readings.endAt(frame);
    if (this.keepsReadings) this.#readings.keep();
  }

  #reading(frame: number, figures: SpectrumFigures | null): Readings {
    const view = (seen: ViewFigures | null = null): Readings | null =>
      seen && !this.params.bands ? withoutBands(seen) : seen;
    return {
      frame,
      seconds: frame / this.format.sampleRate,
      windows: figures?.windows ?? 0,
      width: figures?.width ?? null,
      programme: view(figures?.programme),
      mid: view(figures?.mid),
      side: view(figures?.side),
    };
  }
}

/** Measures and changes nothing: band levels, spectral features, width and tempo, of the programme and of mid and side. */
export const spectrum = defineStage({
  name: 'spectrum',
  summary: 'Measures band levels, spectral features, stereo width and tempo; changes nothing',
  source:
    'Tzanetakis and Cook, IEEE Trans. Speech Audio Proc. 10(5), 2002 (features); Zwicker, J. Acoust. Soc. Am. 33(2), 1961 (critical bands)',
  params,
  transparent: true,
  neutral: {},
  exercise: { interval: 10000 },
  prepare: (spec, given) => new SpectrumProcessor(spec, given),
});
