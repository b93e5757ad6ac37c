import * as z from 'zod';
import { copyInto } from '../dsp/gain/gain.ts';
import { RESAMPLING_QUALITIES, Resampler } from '../dsp/rate/resampler.ts';
import {
  defineStage,
  type ProcessSpec,
  type RateChange,
  type StageIO,
  StageProcessor,
} from './define-stage.ts';
import { choice, integer } from './parameters.ts';

const params = z.strictObject({
  rate: integer({
    min: 1000,
    max: 768_000,
    default: 48_000,
    unit: 'Hz',
    doc: 'sample rate from here on; frames out are frames in x out / in, rounded up',
    change: 'restart',
  }),
  quality: choice(
    RESAMPLING_QUALITIES,
    'best',
    'flat to 0.8, 0.9 and 0.918 of the smaller Nyquist frequency, images and aliases down by 98, 112 and 128 dB',
  ),
});
type Params = z.output<typeof params>;

class Resample extends StageProcessor<Params> {
  override readonly rateChange: RateChange;
  readonly #change: { maxFrames: number; tail: number; given: number };
  /** Null where the rate is there already: the same bits pass. */
  readonly #resampler: Resampler | null;

  constructor(spec: ProcessSpec, initial: Params) {
    super('resample', spec, initial);
    const { sampleRate: from, channels } = spec.format;
    const { rate: to, quality } = initial;
    const resampler =
      from === to
        ? null
        : new Resampler(this.state, { channels, from, to, maxFrames: spec.maxFrames, quality });
    this.#resampler = resampler;
    this.#change = {
      maxFrames: resampler?.maxFramesOut ?? spec.maxFrames,
      tail: resampler?.tail ?? 0,
      given: 0,
    };
    this.rateChange = this.#change;
  }

  protected override configure(): void {}

  override process({ main, outputs }: StageIO, frames: number): void {
    const [output] = outputs;
    this.#change.given = this.#resampler?.process(main, output, frames) ?? frames;
    if (this.#resampler) return;
    const { kernels } = this.state.memory;
    for (let n = 0; n < main.length; n++) copyInto(kernels, output[n], main[n], frames);
  }
}

/** Changes the sample rate; what stands behind it in a pipeline runs at the new one. */
export const resample = defineStage({
  name: 'resample',
  summary: 'Changes the sample rate, aligned in time; images and aliases below -120 dB',
  source:
    'R. E. Crochiere, L. R. Rabiner, "Multirate Digital Signal Processing", 1983; J. F. Kaiser, ISCAS 1974',
  params,
  outputFormat: (format, { rate }) => ({ ...format, sampleRate: rate }),
  changesRate: true,
  neutral: { rate: 48_000 },
  exercise: { rate: 44_100 },
  prepare: (spec, initial) => new Resample(spec, initial),
});
