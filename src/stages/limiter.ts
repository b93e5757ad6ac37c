import * as z from 'zod';
import { DelayLine } from '../dsp/delay-line.ts';
import { dbToGain, gainToDb } from '../dsp/elementary.ts';
import { smoothingCoefficient } from '../dsp/envelope.ts';
import { multiply } from '../dsp/gain.ts';
import { loudestLevel, smallestOf } from '../dsp/level.ts';
import { LimiterGain } from '../dsp/limiter-gain.ts';
import {
  defineStage,
  type ProcessSpec,
  type Readings,
  type StageIO,
  StageProcessor,
} from './define-stage.ts';
import { number } from './parameters.ts';

const params = z.strictObject({
  ceiling: number({ min: -40, max: 0, default: -1, unit: 'dBFS', doc: 'no sample of the output is larger' }),
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
});
type Params = z.output<typeof params>;

const scratch = new Float32Array(1);
const words = new Uint32Array(scratch.buffer);

/** The largest 32-bit float not above a positive value. */
function floatBelow(value: number): number {
  scratch[0] = value;
  if (scratch[0] > value) words[0] -= 1;
  return scratch[0];
}

class Limiter extends StageProcessor<Params> {
  override readonly latency: number;
  readonly #spec: ProcessSpec;
  readonly #delay: DelayLine;
  readonly #gain: LimiterGain;
  readonly #level: Float32Array;
  readonly #gains: Float64Array;
  /** Smallest gain so far. */
  readonly #smallest: Float64Array;

  constructor(spec: ProcessSpec, initial: Params) {
    super('limiter', spec, initial);
    const { sampleRate, channels } = spec.format;
    this.latency = Math.max(1, Math.round((initial.lookahead / 1000) * sampleRate));
    this.#spec = spec;
    this.#delay = new DelayLine(this.state, channels, this.latency);
    this.#gain = new LimiterGain(this.state, this.latency);
    this.#level = spec.memory.f32(spec.maxFrames);
    this.#gains = spec.memory.f64(spec.maxFrames);
    this.#smallest = this.state.f64(1, 1);
    this.configure();
  }

  /** A new ceiling needs no glide: the gain that obeys it is smooth already. */
  protected override configure(): void {
    const { ceiling, release } = this.params;
    const { sampleRate } = this.#spec.format;
    this.#gain.set(floatBelow(dbToGain(ceiling)), smoothingCoefficient(release, sampleRate));
  }

  override process({ main }: StageIO, frames: number): void {
    const { kernels } = this.#spec.memory;
    loudestLevel(kernels, main, this.#level, frames);
    this.#delay.process(main, frames);
    if (!this.#gain.process(this.#level, this.#gains, frames)) return;
    this.#smallest[0] = smallestOf(kernels, this.#gains, frames, this.#smallest[0]);
    for (const channel of main) multiply(kernels, channel, this.#gains, frames);
  }

  /** Gain in dB, at most 0: `reduction` that holds the newest frame down, `maxReduction` that was applied so far. */
  override meters(): Readings {
    return { reduction: gainToDb(this.#gain.held), maxReduction: gainToDb(this.#smallest[0]) };
  }
}

/** Lookahead limiter: smooth gain, never a sample above the ceiling, bit-exact where nothing has to be limited. */
export const limiter = defineStage({
  name: 'limiter',
  summary: 'Keeps every sample under a ceiling',
  params,
  neutral: { ceiling: 0 },
  exercise: { ceiling: -12, lookahead: 2, release: 50 },
  prepare: (spec, initial) => new Limiter(spec, initial),
});
