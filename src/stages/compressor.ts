import * as z from 'zod';
import { CompressorGain } from '../dsp/dynamics/compressor-gain.ts';
import { reductionDb, slopeOfRatio } from '../dsp/dynamics/gain-computer.ts';
import { SideChain } from '../dsp/dynamics/side-chain.ts';
import {
  defineStage,
  type ProcessSpec,
  type Readings,
  type StageIO,
  StageProcessor,
} from './define-stage.ts';
import { detection, keyFilter, link, lookahead, timeConstant } from './dynamics-parameters.ts';
import { choice, described, flag, number, optionalNumber } from './parameters.ts';

const params = z.strictObject({
  threshold: number({ min: -80, max: 0, default: -18, unit: 'dBFS', doc: 'level where the change begins' }),
  ratio: number({
    min: 1,
    max: 100,
    default: 2,
    unit: ':1',
    doc: 'dB in for one dB out, past the threshold',
  }),
  knee: number({
    min: 0,
    max: 40,
    default: 6,
    unit: 'dB',
    doc: 'full width of the bend about the threshold',
  }),
  range: optionalNumber({
    min: 0,
    max: 80,
    unit: 'dB',
    doc: 'largest change; left out: no bound down, 12 dB up',
  }),
  mode: choice(['down', 'up'], 'down', 'down: lowers what is above the threshold; up: raises what is below'),
  topology: choice(
    ['forward', 'feedback'],
    'forward',
    'what the detector hears: the input, or the output a frame later, which speeds attack and release up by the ratio',
  ),
  attack: timeConstant(10, 2000, 'while the gain falls'),
  hold: number({
    min: 0,
    max: 500,
    default: 0,
    unit: 'ms',
    doc: 'time for which the gain waits before it rises',
  }),
  release: timeConstant(150, 10000, 'while the gain rises'),
  adaptiveRelease: flag(false, 'reduction that has lasted recovers up to 8 times as slowly as a short one'),
  makeup: described(
    z.union([z.number().min(-60).max(60), z.literal('auto')]).default(0),
    'gain after the reduction; "auto": half of what a full-scale level is reduced by',
    'live',
    'dB',
  ),
  ...detection,
  ...keyFilter,
  link,
  lookahead,
});
type Params = z.output<typeof params>;

/** Largest change in dB where no range is given: down more than any level asks for, up a usual amount. */
const RANGE = { down: 140, up: 12 };

/** Half of the reduction at 0 dBFS, in dB: brings programme near full scale back about half way. */
function autoMakeup({ threshold, ratio, knee, mode, range = RANGE[mode] }: Params): number {
  if (mode === 'up') return 0;
  const curve = { thresholdDb: threshold, slope: slopeOfRatio(ratio), kneeDb: knee };
  return Math.min(reductionDb(0, curve), range) / 2;
}

class Compressor extends StageProcessor<Params> {
  override readonly latency: number;
  readonly #sideChain: SideChain;
  readonly #gain: CompressorGain;

  constructor({ format, maxFrames, memory }: ProcessSpec, initial: Params) {
    super('compressor', { format, maxFrames, memory }, initial);
    const { channels, sampleRate } = format;
    const size = { channels, sampleRate, maxFrames };
    this.#sideChain = new SideChain(this.state, { ...size, lookaheadMs: initial.lookahead });
    this.latency = this.#sideChain.latency;
    this.#gain = new CompressorGain(this.state, { ...initial, ...size });
    this.configure(false);
  }

  protected override configure(glide: boolean): void {
    const { threshold, ratio, knee, mode, range = RANGE[mode], makeup } = this.params;
    const { attack, hold, release, window, keyHighpass, keyLowpass } = this.params;
    this.#sideChain.set({ highpass: keyHighpass, lowpass: keyLowpass }, glide);
    this.#gain.set(
      {
        thresholdDb: threshold,
        slope: slopeOfRatio(ratio),
        kneeDb: knee,
        rangeDb: range,
        makeupDb: makeup === 'auto' ? autoMakeup(this.params) : makeup,
        attackMs: attack,
        holdMs: hold,
        releaseMs: release,
        windowMs: window,
      },
      glide,
    );
  }

  override process({ main, key }: StageIO, frames: number): void {
    this.#sideChain.process(this.#gain, main, key, frames);
  }

  /** Gain in dB of the most moved channel, without makeup; at the newest frame, and the farthest from 0 so far. */
  override meters(): Readings {
    const { gainDb, farthestDb } = this.#gain;
    return this.params.mode === 'up'
      ? { boost: gainDb, maxBoost: farthestDb }
      : { reduction: gainDb, maxReduction: farthestDb };
  }
}

/** Compressor: feed-forward or feed-back, down or up; its gain is smoothed in the log domain. */
export const compressor = defineStage({
  name: 'compressor',
  summary: 'Turns down what is louder than a threshold, or up what is quieter',
  source: 'Giannoulis, Massberg, Reiss, Digital Dynamic Range Compressor Design, JAES 60(6), 2012',
  params,
  inputs: ['main', 'key'],
  neutral: { ratio: 1, lookahead: 5 },
  exercise: {
    threshold: -30,
    ratio: 4,
    attack: 5,
    release: 80,
    makeup: 6,
    lookahead: 3,
    link: 0.5,
    keyHighpass: 60,
  },
  prepare: (spec, initial) => new Compressor(spec, initial),
});
