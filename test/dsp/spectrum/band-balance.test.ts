import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BandBalance } from '../../../src/dsp/spectrum/band-balance.ts';
import { criticalBands } from '../../../src/dsp/spectrum/critical-bands.ts';
import { type BACKENDS, stateOn } from '../../support/backends.ts';

const SETTINGS = {
  targetDb: Array(25).fill(0),
  tiltDb: -3,
  amount: 0.7,
  speedDb: 50,
  maxBoostDb: 5,
  maxCutDb: 4,
  windowMs: 200,
  gateDb: -70,
};

/** Gains and masked bands after each of some hops of 35 ms, in levels of the bands in dB. */
function balanced(
  hops: readonly (readonly number[])[],
  sampleRate: number,
  backend: (typeof BACKENDS)[number],
) {
  const state = stateOn(backend);
  const bands = criticalBands(sampleRate);
  const balance = new BandBalance(state, bands, 0.035);
  const powers = state.memory.f64(bands.length);
  balance.set(SETTINGS);
  return hops.map((levels) => {
    powers.set(levels.slice(0, bands.length).map((level) => 10 ** (level / 10)));
    balance.step(powers);
    return [...balance.gainsDb, ...balance.masked];
  });
}

describe('BandBalance', () => {
  it.each([44100, 11025])(
    'differs by zero between the backends, over 1 to 12 hops of any levels, at %i Hz',
    (sampleRate) => {
      const level = fc.double({ min: -130, max: 0, noNaN: true });
      const hop = fc.array(level, { minLength: 25, maxLength: 25 });
      fc.assert(
        fc.property(fc.array(hop, { minLength: 1, maxLength: 12 }), (hops) => {
          expect(balanced(hops, sampleRate, 'wasm')).toEqual(balanced(hops, sampleRate, 'reference'));
        }),
        { numRuns: 60 },
      );
    },
  );

  it('cuts a band that stands 12 dB over pink noise by at most 4 dB, and the moves add up to 0.000 dB', () => {
    const levels = criticalBands(44100).map(
      ({ octaves }, n) => 10 * Math.log10(octaves) - 30 + (n === 9 ? 12 : 0),
    );
    const gains = balanced(Array(60).fill(levels), 44100, 'wasm').at(-1)!.slice(0, 25) as number[];
    expect(gains[9]).toBeCloseTo(-4, 9);
    expect(gains.reduce((sum, gain) => sum + gain, 0)).toBeCloseTo(0, 3);
  });
});
