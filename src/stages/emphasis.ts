import * as z from 'zod';
import { designEmphasis } from '../dsp/filters/emphasis.ts';
import { CascadeStage } from './cascade-stage.ts';
import { defineStage } from './define-stage.ts';
import { choice, number } from './parameters.ts';

const params = z.strictObject({
  direction: choice(
    ['pre', 'de'],
    'pre',
    'pre: highs up, as a transmitter does; de: down again, as a receiver does',
  ),
  timeConstant: number({
    min: 10,
    max: 100,
    default: 50,
    unit: 'us',
    doc: '50 in most of the world, 75 in the Americas and South Korea',
  }),
});

/** The pre-emphasis of FM broadcasting and its exact inverse. */
export const emphasis = defineStage({
  name: 'emphasis',
  summary: 'Pre-emphasis of an FM transmitter, 1 + s tau, or the de-emphasis that undoes it',
  source:
    'Rec. ITU-R BS.450-4; matched in magnitude after M. Vicanek, "Matched Second Order Digital Filters", 2016',
  params,
  neutral: { timeConstant: 10 },
  exercise: { timeConstant: 75 },
  prepare: (spec, initial) =>
    new CascadeStage('emphasis', spec, initial, ({ direction, timeConstant }, sampleRate) => [
      designEmphasis(direction, timeConstant, sampleRate),
    ]),
});
