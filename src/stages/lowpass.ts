import { CascadeStage } from './cascade-stage.ts';
import { defineStage } from './define-stage.ts';
import { designPass, passParams } from './pass-filter.ts';

/** Butterworth or Linkwitz-Riley low-pass of order 1 to 8. */
export const lowpass = defineStage({
  name: 'lowpass',
  summary: 'Takes away what is above a corner: Butterworth 1 to 8, Linkwitz-Riley 2, 4, 8',
  source: 'S. Butterworth, "On the Theory of Filter Amplifiers", 1930; S. Linkwitz, JAES 24(1), 1976',
  params: passParams(20000),
  // Any lower corner delays by more than half a frame at 192 kHz.
  neutral: { freq: 80000, order: 1 },
  exercise: { freq: 1000, type: 'linkwitz-riley', order: 8 },
  prepare: (spec, initial) => new CascadeStage('lowpass', spec, initial, designPass('lowpass')),
});
