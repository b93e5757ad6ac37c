import * as z from 'zod';
import type { BiquadCoefs } from '../dsp/filters/biquad-design.ts';
import { designButterworth, type PassType } from '../dsp/filters/butterworth.ts';
import { designLinkwitzRiley } from '../dsp/filters/linkwitz-riley.ts';
import { choice, integer, number } from './parameters.ts';

/** Orders that a Linkwitz-Riley filter may have here. */
const LINKWITZ_RILEY_ORDERS: readonly number[] = [2, 4, 8];

/** Parameters that a high-pass and a low-pass share; `freq` is the default corner in Hz. */
export const passParams = (freq: number) =>
  z
    .strictObject({
      freq: number({
        min: 1,
        max: 96000,
        default: freq,
        unit: 'Hz',
        doc: 'corner: -3.01 dB (butterworth) or -6.02 dB (linkwitz-riley); at Nyquist or above it does nothing',
      }),
      type: choice(['butterworth', 'linkwitz-riley'], 'butterworth', 'shape of the corner'),
      order: integer({
        min: 1,
        max: 8,
        default: 2,
        doc: 'steepness: 6 dB/octave each; linkwitz-riley has 2, 4 or 8',
        change: 'restart',
      }),
    })
    .refine(({ type, order }) => type === 'butterworth' || LINKWITZ_RILEY_ORDERS.includes(order), {
      message: 'a linkwitz-riley filter has the order 2, 4 or 8',
      path: ['order'],
    });
type PassParams = z.output<ReturnType<typeof passParams>>;

/** Sections of such a filter at a sample rate. */
export const designPass =
  (pass: PassType) =>
  ({ freq, type, order }: PassParams, sampleRate: number): BiquadCoefs[] =>
    type === 'butterworth'
      ? designButterworth(pass, order, freq, sampleRate)
      : designLinkwitzRiley(pass, order, freq, sampleRate);
