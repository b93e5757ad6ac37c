import * as z from 'zod';
import { channelWeights } from '../dsp/loudness/channel-weights.ts';
import { Leveller } from '../dsp/loudness/leveller.ts';
import {
  defineStage,
  type ProcessSpec,
  type Readings,
  type StageIO,
  StageProcessor,
} from './define-stage.ts';
import { number } from './parameters.ts';

const params = z
  .strictObject({
    target: number({
      min: -60,
      max: 0,
      default: -18,
      unit: 'LUFS',
      doc: 'loudness that programme is led to',
    }),
    up: number({ min: 0.01, max: 60, default: 1, unit: 'dB/s', doc: 'fastest rise of the gain' }),
    down: number({ min: 0.01, max: 60, default: 4, unit: 'dB/s', doc: 'fastest fall of the gain' }),
    range: number({ min: 0, max: 40, default: 12, unit: 'dB', doc: 'largest gain, up or down' }),
    gate: number({
      min: -90,
      max: 0,
      default: -40,
      unit: 'LUFS',
      doc: 'below this the gain moves a third as fast',
    }),
    freeze: number({
      min: -90,
      max: 0,
      default: -50,
      unit: 'LUFS',
      doc: 'below this the gain holds, and what is heard does not count',
    }),
    window: number({
      min: 100,
      max: 60000,
      default: 3000,
      unit: 'ms',
      doc: 'time of programme whose loudness counts; pauses are left out of it',
      change: 'restart',
    }),
  })
  .refine(({ gate, freeze }) => freeze <= gate, { path: ['freeze'], message: 'must not be above gate' });
type Params = z.output<typeof params>;

class Agc extends StageProcessor<Params> {
  readonly #leveller: Leveller;

  constructor(spec: ProcessSpec, initial: Params) {
    super('agc', spec, initial);
    this.#leveller = new Leveller(this.state, {
      sampleRate: spec.format.sampleRate,
      weights: channelWeights(spec.format.layout),
      maxFrames: spec.maxFrames,
      windowMs: initial.window,
      aheadFrames: 0,
    });
    this.configure(false);
  }

  protected override configure(glide: boolean): void {
    const { target, up, down, range, gate, freeze } = this.params;
    this.#leveller.set(
      {
        targetLufs: target,
        minGainDb: -range,
        maxGainDb: range,
        upSpeed: up,
        downSpeed: down,
        gateLufs: gate,
        freezeLufs: freeze,
        hold: false,
      },
      glide,
    );
  }

  override process({ main }: StageIO, frames: number): void {
    this.#leveller.listen(main, frames);
    this.#leveller.apply(main, frames);
  }

  /** The gain in dB, and the loudness in LUFS of the input that it answers to. */
  override meters(): Readings {
    return { gain: this.#leveller.gainDb, loudness: this.#leveller.loudness };
  }
}

/** Automatic gain control: a slow leveller that holds still in a pause. */
export const agc = defineStage({
  name: 'agc',
  summary: 'Leads programme to a loudness, slowly; holds still in a pause',
  source: 'loudness: Rec. ITU-R BS.1770-5',
  params,
  neutral: { range: 0 },
  exercise: { target: -40, down: 60, up: 20, range: 20, window: 100 },
  prepare: (spec, initial) => new Agc(spec, initial),
});
