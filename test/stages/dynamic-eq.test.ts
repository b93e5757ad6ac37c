import { describe, expect, it } from 'vitest';
import { audioFormat } from '../../src/audio/format.ts';
import { dynamicEq } from '../../src/stages/dynamic-eq.ts';
import { render } from '../support/render.ts';
import { maxAbsDifference, noise, rmsDb, type Signal, sine, slice } from '../support/signals.ts';

const MONO = audioFormat(48000, 1);

/** Gain in dB over the last half. */
function gainOf(settings: object, input: Signal): number {
  const from = input[0].length / 2;
  return rmsDb(slice(render(dynamicEq, settings, MONO, input), from)) - rmsDb(slice(input, from));
}

const tone = (freqHz: number, levelDb: number): Signal => sine(MONO, 48000, freqHz, 10 ** (levelDb / 20));
const bell = { freq: 1000, q: 2, threshold: -30, ratio: 4, attack: 5, release: 50, range: 24 };

describe('dynamic-eq', () => {
  it('is the identity to the bit while every band is under its threshold', () => {
    const input = noise(1, 24000, 1, 0.01);
    expect(
      maxAbsDifference(
        render(dynamicEq, { bands: [bell, { ...bell, type: 'lowshelf', freq: 200 }] }, MONO, input),
        input,
      ),
    ).toBe(0);
  });

  it.each([-24, -18, -12, -6])(
    'takes (1 - 1/4) of what a tone of %i dBFS at its centre is over the threshold, within 0.1 dB',
    (level) => {
      expect(gainOf({ bands: [bell] }, tone(1000, level))).toBeCloseTo(-0.75 * (level + 30), 1);
    },
  );

  it('stops at its range of 6 dB within 0.05 dB, cut and boost', () => {
    expect(gainOf({ bands: [{ ...bell, range: 6 }] }, tone(1000, -6))).toBeCloseTo(-6, 1);
    expect(gainOf({ bands: [{ ...bell, range: 6, direction: 'boost' }] }, tone(1000, -12))).toBeCloseTo(6, 1);
  });

  it('leaves a loud tone three octaves away within 0.2 dB', () => {
    expect(Math.abs(gainOf({ bands: [bell] }, tone(125, -6)))).toBeLessThan(0.2);
    expect(Math.abs(gainOf({ bands: [bell] }, tone(8000, -6)))).toBeLessThan(0.2);
  });

  it.each([
    ['lowshelf', 40, 4000],
    ['highshelf', 16000, 100],
  ])('moves a %s by its range at %i Hz and leaves %i Hz within 0.3 dB', (type, inside, outside) => {
    const shelf = { type, freq: 1000, threshold: -40, ratio: 100, range: 6, attack: 5 };
    expect(gainOf({ bands: [shelf] }, tone(inside, -12))).toBeCloseTo(-6, 0);
    expect(Math.abs(gainOf({ bands: [{ ...shelf, threshold: -20 }] }, tone(outside, -30)))).toBeLessThan(0.3);
  });
});
