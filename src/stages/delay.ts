import * as z from 'zod';
import { DelayLine } from '../dsp/delay/delay-line.ts';
import { defineStage, type ProcessSpec, type StageIO, StageProcessor } from './define-stage.ts';
import { described, number } from './parameters.ts';

const params = z
  .strictObject({
    time: number({
      min: 0,
      max: 10000,
      default: 0,
      unit: 'ms',
      doc: 'how much later everything comes, to the nearest frame',
      change: 'restart',
    }),
    frames: described(
      z.int().min(0).max(1920000).optional(),
      'the same in frames, instead of time',
      'restart',
      'frames',
    ),
  })
  .refine(({ time, frames }) => time === 0 || frames === undefined, {
    message: 'has time and frames; give one of them',
  });
type Params = z.output<typeof params>;

class Delay extends StageProcessor<Params> {
  readonly #line: DelayLine;

  constructor(spec: ProcessSpec, initial: Params) {
    super('delay', spec, initial);
    const { channels, sampleRate } = spec.format;
    const frames = initial.frames ?? Math.round((initial.time / 1000) * sampleRate);
    this.#line = new DelayLine(this.state, channels, frames);
  }

  protected override configure(): void {}

  override process({ main }: StageIO, frames: number): void {
    this.#line.process(main, frames);
  }
}

/** A delay that was asked for: no latency, so nothing makes up for it, and what it pushes past the end is lost. */
export const delay = defineStage({
  name: 'delay',
  summary: 'Shifts everything later; the output keeps the length of the input',
  params,
  // A delay that is time-aligned is none.
  neutral: { time: 0 },
  exercise: { time: 10 },
  prepare: (spec, initial) => new Delay(spec, initial),
});
