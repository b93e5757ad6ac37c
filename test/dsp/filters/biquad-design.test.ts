import { describe, expect, it } from 'vitest';
import { type BiquadType, type BiquadWidth, designBiquad } from '../../../src/dsp/filters/biquad-design.ts';

const TYPES: BiquadType[] = [
  'peaking',
  'lowshelf',
  'highshelf',
  'highpass',
  'lowpass',
  'bandpass',
  'notch',
  'allpass',
];
const WIDTHS: BiquadWidth[] = [
  ...[0.05, 0.7, 10, 100].map((q) => ({ q })),
  ...[0.01, 0.5, 1, 2, 8].map((bandwidthOctaves) => ({ bandwidthOctaves })),
  ...[0.5, 6, 12].map((slopeDbPerOctave) => ({ slopeDbPerOctave })),
];

describe.each(TYPES)('%s', (type) => {
  it('is finite and stable from 1 Hz to 0.99999 Nyquist, 8 to 192 kHz, for every width and gains of +-40 dB', () => {
    const broken: unknown[] = [];
    for (const sampleRate of [8000, 44100, 192000]) {
      for (const share of [1e-3, 0.1, 0.5, 0.9, 0.93, 0.98, 0.999, 0.9998, 0.99999]) {
        for (const freqHz of [1, (share * sampleRate) / 2]) {
          for (const width of WIDTHS) {
            for (const gainDb of [-40, -6, 0, 6, 40]) {
              const coefs = designBiquad(type, freqHz, gainDb, width, sampleRate);
              const { a1, a2 } = coefs;
              // Poles inside the unit circle: the triangle |a2| < 1, |a1| < 1 + a2.
              const stable = Math.abs(a2) < 1 && Math.abs(a1) < 1 + a2;
              const finite = Object.values(coefs).every(Number.isFinite);
              if (!stable || !finite) broken.push([freqHz, width, gainDb, sampleRate, a1, a2]);
            }
          }
        }
      }
    }
    expect(broken).toEqual([]);
  });
});
