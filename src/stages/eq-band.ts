import * as z from 'zod';
import { type BiquadCoefs, type BiquadWidth, designBiquad } from '../dsp/filters/biquad-design.ts';
import { designMatched } from '../dsp/filters/matched-design.ts';
import { choice, number, optionalNumber } from './parameters.ts';

const TYPES = [
  'peaking',
  'lowshelf',
  'highshelf',
  'highpass',
  'lowpass',
  'bandpass',
  'notch',
  'allpass',
] as const;

/** One filter of the equaliser. */
export const eqBand = z
  .strictObject({
    type: choice(TYPES, 'peaking', 'shape of the band', 'live'),
    freq: number({
      min: 1,
      max: 96000,
      default: 1000,
      unit: 'Hz',
      doc: 'centre or corner; at Nyquist or above the band does nothing',
    }),
    gain: number({
      min: -40,
      max: 40,
      default: 0,
      unit: 'dB',
      doc: 'boost or cut; peaking and shelves only',
    }),
    q: optionalNumber({
      min: 0.05,
      max: 100,
      doc: 'quality factor in the RBJ sense; 0.7071 when no width is given',
    }),
    bandwidth: optionalNumber({
      min: 0.01,
      max: 8,
      unit: 'octaves',
      doc: 'width instead of q: between the half-gain points',
    }),
    slope: optionalNumber({
      min: 0.5,
      max: 12,
      unit: 'dB/octave',
      doc: 'width instead of q: steepness of a shelf',
    }),
    channels: choice(
      ['stereo', 'left', 'right', 'mid', 'side'],
      'stereo',
      'what it acts on: stereo is every channel; mono audio is all left and mid; more than two channels need stereo',
      'live',
    ),
  })
  .refine(
    ({ q, bandwidth, slope }) => [q, bandwidth, slope].filter((width) => width !== undefined).length < 2,
    {
      message: 'has more than one width; give q, bandwidth or slope',
    },
  )
  .refine(({ type, slope }) => slope === undefined || type === 'lowshelf' || type === 'highshelf', {
    message: 'slope is for lowshelf and highshelf; give q or bandwidth',
  });
export type EqBand = z.output<typeof eqBand>;

/** How the coefficients of a band follow from its analogue prototype. */
export const EQ_DESIGNS = ['rbj', 'matched'] as const;
export type EqDesign = (typeof EQ_DESIGNS)[number];

function widthOf({ q, bandwidth, slope }: EqBand): BiquadWidth {
  if (bandwidth !== undefined) return { bandwidthOctaves: bandwidth };
  if (slope !== undefined) return { slopeDbPerOctave: slope };
  return { q: q ?? Math.SQRT1_2 };
}

/** The section of a band at a sample rate. */
export function designBand(band: EqBand, design: EqDesign, sampleRate: number): BiquadCoefs {
  const designed = design === 'matched' ? designMatched : designBiquad;
  return designed(band.type, band.freq, band.gain, widthOf(band), sampleRate);
}
