import * as z from 'zod';
import { MultiplexLimiter } from '../dsp/dynamics/multiplex-limiter.ts';
import { dbToPower, powerToDb } from '../dsp/elementary.ts';
import {
  defineStage,
  type ProcessSpec,
  type Readings,
  type StageIO,
  StageProcessor,
} from './define-stage.ts';
import { number } from './parameters.ts';

/** Power of a sine of that deviation in kHz, in kHz^2. */
const powerOfSine = (deviation: number): number => (deviation * deviation) / 2;
/** 0 dBr: "a single sinusoidal tone which causes a peak deviation of +-19 kHz" (Rec. ITU-R BS.412-9, 2.3). */
const REFERENCE = powerOfSine(19);
/** What is left for the audio under a limit, in kHz^2. */
const allowed = ({ limit, pilot, rds }: Readonly<Record<'limit' | 'pilot' | 'rds', number>>): number =>
  dbToPower(limit) * REFERENCE - powerOfSine(pilot) - powerOfSine(rds);

const params = z
  .strictObject({
    limit: number({
      min: -6,
      max: 20,
      default: 0,
      unit: 'dBr',
      doc: 'power of the multiplex, pilot and RDS included, over any 60 s; 0 is a sine of 19 kHz deviation, 20 leaves all as it is',
    }),
    deviation: number({
      min: 25,
      max: 150,
      default: 75,
      unit: 'kHz',
      doc: 'peak deviation of all together; 0 dBFS is what pilot and RDS leave of it, and there is no more',
    }),
    pilot: number({ min: 0, max: 7.5, default: 6.75, unit: 'kHz', doc: 'deviation by the pilot tone' }),
    rds: number({ min: 0, max: 7.5, default: 2, unit: 'kHz', doc: 'deviation by RDS and other subcarriers' }),
    mean: number({
      min: 100,
      max: 60000,
      default: 5000,
      unit: 'ms',
      doc: 'time constant of the mean power that the gain answers to',
    }),
  })
  .refine((values) => allowed(values) > 0, {
    path: ['limit'],
    message: 'leaves nothing for the audio beside pilot and rds',
  });
type Params = z.output<typeof params>;

/** What 0 dBFS of M is, in kHz^2. */
function fullScale({ deviation, pilot, rds }: Params): number {
  const audio = deviation - pilot - rds;
  return audio * audio;
}

class MultiplexPower extends StageProcessor<Params> {
  override readonly latency: number;
  readonly #limiter: MultiplexLimiter;

  constructor(spec: ProcessSpec, initial: Params) {
    super('multiplex-power', spec, initial);
    const { sampleRate, channels } = spec.format;
    this.#limiter = new MultiplexLimiter(this.state, { sampleRate, channels, maxFrames: spec.maxFrames });
    this.latency = this.#limiter.latency;
    this.configure(false);
  }

  protected override configure(glide: boolean): void {
    this.#limiter.set(allowed(this.params) / fullScale(this.params), this.params.mean, glide);
  }

  override process({ main }: StageIO, frames: number): void {
    this.#limiter.process(main, frames);
  }

  /** Power of the multiplex over the last 60 s, or since the start, in dBr; what the gain takes off, at most 0 dB. */
  override meters(): Readings {
    const { pilot, rds } = this.params;
    const audio = fullScale(this.params) * this.#limiter.power;
    return {
      power: powerToDb((audio + powerOfSine(pilot) + powerOfSine(rds)) / REFERENCE),
      reduction: powerToDb(this.#limiter.gain),
    };
  }
}

/** Holds the multiplex power of an FM transmitter; stands behind the pre-emphasis and its limiter. */
export const multiplexPower = defineStage({
  name: 'multiplex-power',
  summary: 'Measures and holds the multiplex power of an FM transmitter; takes mono and stereo, others pass',
  source: 'Rec. ITU-R BS.412-9, 2.3; pilot-tone system: Rec. ITU-R BS.450-4',
  params,
  neutral: { limit: 20 },
  exercise: { limit: -5, mean: 200 },
  prepare: (spec, initial) => new MultiplexPower(spec, initial),
});
