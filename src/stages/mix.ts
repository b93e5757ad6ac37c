import * as z from 'zod';
import { defineStage, type ProcessSpec, StageProcessor } from './define-stage.ts';

const params = z.strictObject({});

class Mix extends StageProcessor<z.output<typeof params>> {
  constructor(spec: ProcessSpec, initial: z.output<typeof params>) {
    super('mix', spec, initial);
  }

  protected override configure(): void {}

  /** The sum is formed where the inputs meet, in the graph: what comes in is already mixed. */
  override process(): void {}
}

/** The identity on a summed input: a named place where branches meet. */
export const mix = defineStage({
  name: 'mix',
  summary: 'Sums its inputs, delays matched',
  params,
  neutral: {},
  exercise: {},
  transparent: true,
  prepare: (spec, initial) => new Mix(spec, initial),
});
