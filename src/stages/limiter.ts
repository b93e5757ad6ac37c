import * as z from 'zod';
import { dbToGain, gainToDb } from '../dsp/elementary.ts';
import { smoothingCoefficient } from '../dsp/envelope.ts';
import { LimiterPass } from '../dsp/limiter-pass.ts';
import {
  defineStage,
  type ProcessSpec,
  type Readings,
  type StageIO,
  StageProcessor,
} from './define-stage.ts';
import { choice, flag, number } from './parameters.ts';

const params = z.strictObject({
  ceiling: number({ min: -40, max: 0, default: -1, unit: 'dBTP', doc: 'no peak of the output is higher' }),
  mode: choice(
    ['truePeak', 'samplePeak'],
    'truePeak',
    'what the ceiling holds for: the signal between the samples too, or the samples alone',
  ),
  lookahead: number({
    min: 0.5,
    max: 20,
    default: 5,
    unit: 'ms',
    doc: 'time in which the gain comes down before a peak',
    change: 'restart',
  }),
  release: number({
    min: 1,
    max: 5000,
    default: 100,
    unit: 'ms',
    doc: 'time constant (63.2 %) while the gain comes back',
  }),
  adaptiveRelease: flag(
    false,
    'a quarter of the release after a lone transient, up to four times the release in dense programme',
  ),
  link: number({
    min: 0,
    max: 1,
    default: 1,
    doc: '1: the loudest channel rules all; 0: each by itself',
    change: 'restart',
  }),
});
type Params = z.output<typeof params>;

/** A peak is held for half a period of 50 Hz, so that the gain does not follow the waveform of a bass. */
const HOLD_MS = 10;
/** Levels over the ceiling are brought 0.03 dB under it, which leaves the second pass little to do. */
const MARGIN = 0.0035;
/** The second pass: its gain moves by thousandths, so 43 frames are smooth at any rate; its margin is 0.003 dB. */
const CHECK_FRAMES = 43;
const CHECK_MARGIN = 0.0003;

/**
 * Adaptive release: the depth falls with a quarter of the release, but never below its own running mean over four
 * times the release. A lone transient leaves the mean near 0; in dense programme the mean is what is left to fall.
 */
const FAST = 1 / 4;
const SLOW = 4;

const scratch = new Float32Array(1);
const words = new Uint32Array(scratch.buffer);

/** The largest 32-bit float not above a positive value. */
function floatBelow(value: number): number {
  scratch[0] = value;
  if (scratch[0] > value) words[0] -= 1;
  return scratch[0];
}

/**
 * The main pass, and for true peaks a second one. A gain that changes within the span of an interpolator moves its
 * readings a little; the second pass reads what the first gives out and takes down what is still over.
 */
class Limiter extends StageProcessor<Params> {
  override readonly latency: number;
  readonly #limit: LimiterPass;
  readonly #check: LimiterPass | null;

  constructor(spec: ProcessSpec, initial: Params) {
    super('limiter', spec, initial);
    const { maxFrames } = spec;
    const { sampleRate, channels } = spec.format;
    const { link } = initial;
    const frames = (ms: number): number => Math.max(1, Math.round((ms / 1000) * sampleRate));
    const truePeak = initial.mode === 'truePeak';
    this.#limit = new LimiterPass(this.state, {
      channels,
      maxFrames,
      link,
      reading: truePeak ? 'fine' : 'sample',
      lookahead: frames(initial.lookahead),
      hold: frames(HOLD_MS) + 1,
      margin: truePeak ? MARGIN : 0,
      ceilingDelay: 0,
    });
    this.#check = truePeak
      ? new LimiterPass(this.state, {
          channels,
          maxFrames,
          link,
          reading: 'annex2',
          lookahead: CHECK_FRAMES,
          hold: 0,
          margin: CHECK_MARGIN,
          ceilingDelay: this.#limit.latency,
        })
      : null;
    this.latency = this.#limit.latency + (this.#check?.latency ?? 0);
    this.configure(false);
  }

  /** A new ceiling needs no glide: the gain that obeys it is smooth already. */
  protected override configure(glide: boolean): void {
    const { release, adaptiveRelease } = this.params;
    const ceiling = floatBelow(dbToGain(this.params.ceiling));
    const keep = (share: number): number => smoothingCoefficient(share * release, this.format.sampleRate);
    const steady = { release: keep(1), slow: 1 };
    this.#limit.setRelease(adaptiveRelease ? { release: keep(FAST), slow: keep(SLOW) } : steady);
    this.#limit.setCeiling(ceiling, glide);
    this.#check?.setRelease(steady);
    this.#check?.setCeiling(ceiling, glide);
  }

  override process({ main }: StageIO, frames: number): void {
    const changed = this.#limit.process(main, frames, true);
    this.#check?.process(main, frames, changed);
  }

  /** Gain in dB, at most 0: `reduction` that holds the newest frame down, `maxReduction` that was applied so far. */
  override meters(): Readings {
    const both = (gain: 'newest' | 'smallest'): number => this.#limit[gain] * (this.#check?.[gain] ?? 1);
    return { reduction: gainToDb(both('newest')), maxReduction: gainToDb(both('smallest')) };
  }
}

/** Lookahead limiter: smooth gain, never a true peak above the ceiling, bit-exact where nothing has to be limited. */
export const limiter = defineStage({
  name: 'limiter',
  summary: 'Keeps every peak under a ceiling, between the samples too',
  source:
    'true peak: Rec. ITU-R BS.1770-4, Annex 2; adaptive release after Giannoulis, Massberg, Reiss, ' +
    '"Parameter Automation in a Dynamic Range Compressor", JAES 61(10), 2013',
  params,
  neutral: { ceiling: 0 },
  exercise: { ceiling: -12, lookahead: 2, release: 50, link: 0.5, adaptiveRelease: true },
  prepare: (spec, initial) => new Limiter(spec, initial),
});
