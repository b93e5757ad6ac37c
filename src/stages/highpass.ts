import { CascadeStage } from './cascade-stage.ts';
import { defineStage } from './define-stage.ts';
import { designPass, passParams } from './pass-filter.ts';

/** Butterworth or Linkwitz-Riley high-pass of order 1 to 8. */
export const highpass = defineStage({
  name: 'highpass',
  summary: 'Takes away what is below a corner: Butterworth 1 to 8, Linkwitz-Riley 2, 4, 8',
  source: 'S. Butterworth, "On the Theory of Filter Amplifiers", 1930; S. Linkwitz, JAES 24(1), 1976',
  params: passParams(30),
  neutral: { freq: 10 },
  exercise: { freq: 300, order: 5 },
  prepare: (spec, initial) => new CascadeStage('highpass', spec, initial, designPass('highpass')),
});
