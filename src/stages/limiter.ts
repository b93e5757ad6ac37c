import * as z from 'zod';
import { PeakLimiter } from '../dsp/dynamics/peak-limiter.ts';
import { gainToDb } from '../dsp/elementary.ts';
import {
  defineStage,
  type ProcessSpec,
  type Readings,
  type StageIO,
  StageProcessor,
} from './define-stage.ts';
import { link } from './dynamics-parameters.ts';
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
  link,
});
type Params = z.output<typeof params>;

class Limiter extends StageProcessor<Params> {
  override readonly latency: number;
  readonly #limiter: PeakLimiter;

  constructor(spec: ProcessSpec, initial: Params) {
    super('limiter', spec, initial);
    const { mode, lookahead, link } = initial;
    this.#limiter = new PeakLimiter(this.state, {
      sampleRate: spec.format.sampleRate,
      channels: spec.format.channels,
      maxFrames: spec.maxFrames,
      mode,
      lookaheadMs: lookahead,
      link,
    });
    this.latency = this.#limiter.latency;
    this.configure(false);
  }

  protected override configure(glide: boolean): void {
    const { ceiling, release, adaptiveRelease } = this.params;
    this.#limiter.set({ ceilingDb: ceiling, releaseMs: release, adaptiveRelease }, glide);
  }

  override process({ main }: StageIO, frames: number): void {
    this.#limiter.process(main, frames);
  }

  /** Gain in dB, at most 0: `reduction` that holds the newest frame down, `maxReduction` that was applied so far. */
  override meters(): Readings {
    const { newest, smallest } = this.#limiter;
    return { reduction: gainToDb(newest), maxReduction: gainToDb(smallest) };
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
