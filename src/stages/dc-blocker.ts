import * as z from 'zod';
import { designFirstOrder } from '../dsp/filters/first-order.ts';
import { CascadeStage } from './cascade-stage.ts';
import { defineStage } from './define-stage.ts';
import { number } from './parameters.ts';

const params = z.strictObject({
  freq: number({
    min: 0.1,
    max: 200,
    default: 5,
    unit: 'Hz',
    doc: 'corner, -3.01 dB; an offset falls to 37 % in 1 / (2 pi freq) seconds',
  }),
});

/** First-order high-pass far below the audible. */
export const dcBlocker = defineStage({
  name: 'dc-blocker',
  summary: 'Takes away a constant offset and leaves what can be heard',
  params,
  neutral: { freq: 5 },
  exercise: { freq: 100 },
  prepare: (spec, initial) =>
    new CascadeStage('dc-blocker', spec, initial, ({ freq }, sampleRate) => [
      designFirstOrder('highpass', freq, sampleRate),
    ]),
});
