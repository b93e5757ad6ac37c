import * as z from 'zod';
import { DelayLine } from '../dsp/delay/delay-line.ts';
import { PeakLimiter } from '../dsp/dynamics/peak-limiter.ts';
import { gainToDb } from '../dsp/elementary.ts';
import { channelWeights } from '../dsp/loudness/channel-weights.ts';
import { Leveller } from '../dsp/loudness/leveller.ts';
import {
  defineStage,
  type ProcessSpec,
  type Readings,
  type StageIO,
  StageProcessor,
} from './define-stage.ts';
import { flag, number, optionalNumber } from './parameters.ts';

const params = z
  .strictObject({
    target: number({
      min: -60,
      max: 0,
      default: -16,
      unit: 'LUFS',
      doc: 'loudness that programme is led to',
    }),
    maxGain: number({ min: -60, max: 60, default: 12, unit: 'dB', doc: 'most that is ever added' }),
    minGain: number({ min: -60, max: 60, default: -24, unit: 'dB', doc: 'most that is ever taken away' }),
    speed: number({ min: 0.01, max: 60, default: 1, unit: 'dB/s', doc: 'fastest change of the gain' }),
    down: optionalNumber({
      min: 0.01,
      max: 60,
      unit: 'dB/s',
      doc: 'fastest fall of the gain; left out: as `speed` says',
    }),
    window: number({
      min: 100,
      max: 60000,
      default: 10000,
      unit: 'ms',
      doc: 'time of programme whose loudness counts; silence is left out of it',
      change: 'restart',
    }),
    gate: number({
      min: -90,
      max: 0,
      default: -50,
      unit: 'LUFS',
      doc: 'below this the gain holds, and what is heard does not count',
    }),
    freeze: flag(false, 'hold the gain as it is, whatever comes', 'live'),
    lookahead: number({
      min: 0,
      max: 10000,
      default: 0,
      unit: 'ms',
      doc: 'how far it hears ahead, and how late the audio is; what it hears first then sets the gain at once',
      change: 'restart',
    }),
    ceiling: number({ min: -40, max: 0, default: -1, unit: 'dBTP', doc: 'no peak of the output is higher' }),
    dualMono: flag(false, 'take mono as it sounds from two loudspeakers: 3.01 LU more'),
  })
  .refine(({ minGain, maxGain }) => minGain <= maxGain, {
    path: ['minGain'],
    message: 'must not be above maxGain',
  });
type Params = z.output<typeof params>;

/** The limiter's own times: what stands as defaults in the stage of that name. */
const LIMITER_LOOKAHEAD_MS = 5;
const LIMITER_RELEASE_MS = 100;

class LoudnessNormalize extends StageProcessor<Params> {
  override readonly latency: number;
  readonly #leveller: Leveller;
  readonly #delay: DelayLine;
  readonly #limiter: PeakLimiter;

  constructor(spec: ProcessSpec, initial: Params) {
    super('loudness-normalize', spec, initial);
    const { maxFrames } = spec;
    const { sampleRate, channels, layout } = spec.format;
    const aheadFrames = Math.round((initial.lookahead / 1000) * sampleRate);
    this.#leveller = new Leveller(this.state, {
      sampleRate,
      weights: channelWeights(layout, initial.dualMono),
      maxFrames,
      windowMs: initial.window,
      aheadFrames,
    });
    this.#delay = new DelayLine(this.state, channels, aheadFrames);
    this.#limiter = new PeakLimiter(this.state, {
      sampleRate,
      channels,
      maxFrames,
      mode: 'truePeak',
      lookaheadMs: LIMITER_LOOKAHEAD_MS,
      link: 1,
    });
    this.latency = aheadFrames + this.#limiter.latency;
    this.configure(false);
  }

  protected override configure(glide: boolean): void {
    const { target, maxGain, minGain, speed, down = speed, gate, freeze, ceiling } = this.params;
    this.#leveller.set(
      {
        targetLufs: target,
        minGainDb: minGain,
        maxGainDb: maxGain,
        upSpeed: speed,
        downSpeed: down,
        gateLufs: gate,
        freezeLufs: gate,
        hold: freeze,
      },
      glide,
    );
    this.#limiter.set({ ceilingDb: ceiling, releaseMs: LIMITER_RELEASE_MS, adaptiveRelease: false }, glide);
  }

  override process({ main }: StageIO, frames: number): void {
    this.#leveller.listen(main, frames);
    this.#delay.process(main, frames);
    this.#leveller.apply(main, frames);
    this.#limiter.process(main, frames);
  }

  /** The gain in dB, the loudness in LUFS of the input that it answers to, and what the ceiling takes off, at most 0 dB. */
  override meters(): Readings {
    const { newest, smallest } = this.#limiter;
    return {
      gain: this.#leveller.gainDb,
      loudness: this.#leveller.loudness,
      reduction: gainToDb(newest),
      maxReduction: gainToDb(smallest),
    };
  }
}

/** One-pass normalisation: a gain of bounded slope, a gate, and a true-peak limiter behind it. */
export const loudnessNormalize = defineStage({
  name: 'loudness-normalize',
  summary: 'Brings a stream to a loudness in one pass, under a true-peak ceiling',
  source: 'loudness and true peak: Rec. ITU-R BS.1770-5',
  params,
  neutral: { minGain: 0, maxGain: 0, ceiling: 0 },
  exercise: { target: -30, speed: 60, window: 100, lookahead: 30, ceiling: -20 },
  prepare: (spec, initial) => new LoudnessNormalize(spec, initial),
});
