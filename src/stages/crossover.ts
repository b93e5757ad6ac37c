import * as z from 'zod';
import { type BandSplitter, CROSSOVER_SLOPES } from '../dsp/filters/band-splitter.ts';
import { CROSSOVER_PHASES, createCrossover } from '../dsp/filters/crossover.ts';
import { defineStage, type ProcessSpec, type StageIO, StageProcessor } from './define-stage.ts';
import { choice, described } from './parameters.ts';

const params = z.strictObject({
  freqs: described(
    z
      .array(z.number().min(10).max(40000))
      .min(1)
      .max(7)
      .refine((freqs) => freqs.every((freq, n) => n === 0 || freq > freqs[n - 1]), {
        message: 'frequencies must rise from band to band',
      })
      .default([120, 2000]),
    'where the bands meet, -6.02 dB each; one fewer than bands, their number is fixed while running; with linear ' +
      'phase a live move goes no lower than what rings within the latency',
    'live',
    'Hz',
  ),
  slope: described(
    z.literal(CROSSOVER_SLOPES).default(24),
    'steepness of every split',
    'restart',
    'dB/octave',
  ),
  phase: choice(
    CROSSOVER_PHASES,
    'minimum',
    'minimum: no latency, the bands sum to an allpass; linear: they sum to a pure delay, which is the latency',
  ),
});
type Params = z.output<typeof params>;

/** Short names of two and three bands. */
const SHORT_NAMES: Readonly<Record<number, readonly string[]>> = {
  2: ['low', 'high'],
  3: ['low', 'mid', 'high'],
};

const bandNames = ({ freqs }: Params): string[] =>
  Array.from({ length: freqs.length + 1 }, (_, n) => `band${n + 1}`);

class Crossover extends StageProcessor<Params> {
  override readonly latency: number;
  readonly #splitter: BandSplitter;

  constructor(spec: ProcessSpec, initial: Params) {
    super('crossover', spec, initial);
    const { sampleRate, channels } = spec.format;
    const { freqs, slope, phase } = initial;
    const { maxFrames } = spec;
    this.#splitter = createCrossover(this.state, phase, { sampleRate, channels, maxFrames, freqs, slope });
    this.latency = this.#splitter.latency;
  }

  protected override configure(glide: boolean): void {
    this.#splitter.setFreqs(this.params.freqs, glide);
  }

  override process({ main, outputs }: StageIO, frames: number): void {
    this.#splitter.process(main, outputs, frames);
  }
}

/** Splits into 2 to 8 bands that sum to a flat magnitude. */
export const crossover = defineStage({
  name: 'crossover',
  summary: 'Splits into 2 to 8 Linkwitz-Riley bands whose sum is flat',
  source: "S. Linkwitz, JAES 24(1), 1976; J. D'Appolito, JAES 35(4), 1987",
  params,
  outputs: bandNames,
  aliases: (given) => {
    const names = bandNames(given);
    return Object.fromEntries((SHORT_NAMES[names.length] ?? []).map((short, n) => [short, names[n]]));
  },
  neutral: { freqs: [10] },
  exercise: { freqs: [200, 1500, 3500], slope: 48 },
  prepare: (spec, initial) => new Crossover(spec, initial),
});
