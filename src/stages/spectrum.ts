import * as z from 'zod';
import { FFT_SIZES, type FftSize } from '../dsp/spectrum/fft.ts';
import { hopFrames, OVERLAPS } from '../dsp/spectrum/overlapping-windows.ts';
import { ProgrammeGlance } from '../dsp/spectrum/programme-glance.ts';
import { SpectrumAnalyser } from '../dsp/spectrum/spectrum-analyser.ts';
import {
  recordFigures,
  type SpectrumFigures,
  sumsFigures,
  type ViewFigures,
} from '../dsp/spectrum/spectrum-figures.ts';
import { FLUX_AT, spectrumLayout } from '../dsp/spectrum/spectrum-layout.ts';
import { TempoEstimator } from '../dsp/spectrum/tempo.ts';
import {
  defineStage,
  type ProcessSpec,
  type Readings,
  type StageIO,
  StageProcessor,
} from './define-stage.ts';
import { choice, described, flag, number } from './parameters.ts';

/** Readings that may wait to be taken; older ones are dropped. In a block of 16384 frames end 128 windows of 512. */
const MAX_PENDING = 128;

const params = z.strictObject({
  interval: number({
    min: 0,
    max: 60000,
    default: 1000,
    unit: 'ms',
    doc: 'stream time from one reading to the next, counted from the start of the stream; 0 reads every window',
  }),
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
  readonly #analyser: SpectrumAnalyser;
  readonly #tempo: TempoEstimator;
  /** Frames since the start; frame of the last reading. */
  readonly #position: Float64Array;
  /** Length of an interval in frames; 0 for readings of every window. */
  #intervalFrames = 0;
  #pending: Readings[] = [];
  /** The newest reading; null where it has not been read yet. */
  #last: Readings | null = null;
  readonly #glance: Readings;
  readonly #onWindow = (): void => this.#window();

  constructor(spec: ProcessSpec, given: z.output<typeof params>) {
    super('spectrum', spec, given);
    const { overlap, views } = given;
    const fftSize: FftSize = given.fftSize;
    const layout = spectrumLayout({ format: spec.format, fftSize }, views);
    this.#analyser = new SpectrumAnalyser(this.state, layout, overlap);
    this.#tempo = new TempoEstimator(this.state, spec.format.sampleRate / hopFrames(fftSize, overlap));
    this.#position = this.state.f64(2);
    const tempo = (): number | null => this.#tempo.estimate()?.bpm ?? null;
    const { masks, sums } = this.#analyser;
    const programme = new ProgrammeGlance(spec.memory, layout, masks.bark, sums.last);
    const interval = (): Readings | null => {
      if (this.#intervalFrames === 0) return this.#lastReading();
      return this.#position[1] > 0 && sums.last[0] > 0 ? programme.read() : null;
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

  protected configure(glide: boolean): void {
    const { interval } = this.params;
    const frames = Math.max(interval > 0 ? 1 : 0, Math.round((interval / 1000) * this.format.sampleRate));
    // A reading of a window is none of an interval: there is none until the first of its kind.
    if ((frames === 0) !== (this.#intervalFrames === 0)) this.#position[1] = 0;
    this.#intervalFrames = frames;
    this.#analyser.recordsBands = this.#intervalFrames === 0;
    if (!glide) this.#pending = [];
    this.#last = null;
  }

  process({ main }: StageIO, frames: number): void {
    const interval = this.#intervalFrames;
    for (let done = 0; done < frames; ) {
      const left = interval === 0 ? frames : interval - (this.#position[0] % interval);
      const take = Math.min(left, frames - done);
      this.#analyser.process(main, done, take, this.#onWindow);
      this.#position[0] += take;
      done += take;
      if (interval === 0 || take < left) continue;
      this.#analyser.sums.close();
      this.#keep(this.#position[0]);
    }
  }

  /** Means since the start, with the tempo, and under `interval` the last reading, or null before there is one. */
  override meters(): Readings {
    const { layout, masks, sums } = this.#analyser;
    const tempo = this.#tempo.estimate();
    return {
      ...this.#reading(this.#position[0], sumsFigures(layout, masks, sums.total())),
      tempo: tempo?.bpm ?? null,
      tempoStrength: tempo?.strength ?? null,
      interval: this.#lastReading(),
    };
  }

  /** Tempo, and of the last reading what is known of the programme. */
  override glance(): Readings {
    return this.#glance;
  }

  override takeReadings(): readonly Readings[] {
    const readings = this.#pending;
    this.#pending = [];
    return readings;
  }

  #window(): void {
    const flux = this.#analyser.record[FLUX_AT];
    this.#tempo.push(Number.isNaN(flux) ? 0 : flux);
    if (this.#intervalFrames === 0) this.#keep(this.#analyser.position);
  }

  #keep(frame: number): void {
    this.#position[1] = frame;
    this.#last = null;
    if (!this.keepsReadings) return;
    if (this.#pending.length === MAX_PENDING) this.#pending.shift();
    this.#pending.push(this.#lastReading()!);
  }

  /** Null before there is one. */
  #lastReading(): Readings | null {
    if (this.#position[1] > 0) this.#last ??= this.#readLast();
    return this.#last;
  }

  #readLast(): Readings {
    const { layout, masks, sums, record } = this.#analyser;
    const everyWindow = this.#intervalFrames === 0;
    const figures = everyWindow ? recordFigures(layout, record) : sumsFigures(layout, masks, sums.last);
    return this.#reading(this.#position[1], figures);
  }

  #reading(frame: number, figures: SpectrumFigures | null): Readings {
    return {
      frame,
      seconds: frame / this.format.sampleRate,
      windows: figures?.windows ?? 0,
      width: figures?.width ?? null,
      programme: this.#view(figures?.programme ?? null),
      mid: this.#view(figures?.mid ?? null),
      side: this.#view(figures?.side ?? null),
    };
  }

  #view(figures: ViewFigures | null): Readings | null {
    if (!figures || this.params.bands) return figures;
    const { octaves: _octaves, thirdOctaves: _thirds, bark: _bark, ...features } = figures;
    return features;
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
