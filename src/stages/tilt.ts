import * as z from 'zod';
import { designTilt } from '../dsp/filters/first-order.ts';
import { CascadeStage } from './cascade-stage.ts';
import { defineStage } from './define-stage.ts';
import { number } from './parameters.ts';

const params = z.strictObject({
  freq: number({
    min: 20,
    max: 20000,
    default: 650,
    unit: 'Hz',
    doc: 'pivot, where nothing changes; at Nyquist or above the stage does nothing',
  }),
  gain: number({
    min: -24,
    max: 24,
    default: 0,
    unit: 'dB',
    doc: 'gain at the top, and as much loss at the bottom; below 0 it is darker instead of brighter',
  }),
});

/** First-order tilt: highs up and lows down by the same dB, or the other way round. */
export const tilt = defineStage({
  name: 'tilt',
  summary: 'Turns the balance of lows and highs about a pivot: (g s + 1) / (s + g)',
  params,
  neutral: { gain: 0.01 },
  exercise: { gain: 4 },
  prepare: (spec, initial) =>
    new CascadeStage('tilt', spec, initial, ({ freq, gain }, sampleRate) => [
      designTilt(freq, gain, sampleRate),
    ]),
});
