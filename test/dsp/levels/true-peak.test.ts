import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TRUE_PEAK_LAG, TruePeak } from '../../../src/dsp/levels/true-peak.ts';
import { ANNEX_2_PHASES, FINE_PHASES, mirroredTaps } from '../../../src/dsp/levels/true-peak-filters.ts';
import { BACKENDS, stateOn } from '../../support/backends.ts';
import { noise } from '../../support/signals.ts';

const sum = (taps: readonly number[]): number => taps.reduce((total, tap) => total + tap, 0);
const magnitudes = (taps: readonly number[]): number => sum(taps.map(Math.abs));

/** Gain of a phase at a frequency in units of the sample rate, relative to a pure delay to its reading's place. */
function gainAt(taps: readonly number[], place: number, freq: number): { error: number; gain: number } {
  const angle = (k: number): number => 2 * Math.PI * freq * (k - place);
  const re = sum(taps.map((tap, k) => tap * Math.cos(angle(k))));
  const im = sum(taps.map((tap, k) => tap * Math.sin(angle(k))));
  return { error: Math.hypot(re - 1, im), gain: Math.hypot(re, im) };
}

function read(backend: (typeof BACKENDS)[number], x: Float32Array, floor: number, fine = true): Float32Array {
  const state = stateOn(backend);
  const peak = new TruePeak(state, { fine, maxFrames: x.length });
  const level = TruePeak.levels(state.memory, x.length);
  const block = state.memory.f32(x.length);
  block.set(x);
  peak.take(block, x.length);
  peak.read(level, 0, x.length, floor, false);
  return level.slice(0, x.length);
}

describe('the interpolator of BS.1770-4 Annex 2', () => {
  it('has 24 taps, multiples of 2^-13, that sum to 1 within 0.24 dB in each phase', () => {
    for (const taps of ANNEX_2_PHASES) {
      expect(taps.length).toBe(12);
      for (const tap of taps) expect(tap * 8192).toBe(Math.round(tap * 8192));
      expect(Math.abs(20 * Math.log10(sum(taps)))).toBeLessThan(0.24);
    }
  });

  it('reads 1/8 and 3/8 away from a sample: within 3 % of a delay there at a tenth of the rate', () => {
    expect(gainAt(ANNEX_2_PHASES[0], 5.875, 0.1).error).toBeLessThan(0.03);
    expect(gainAt(ANNEX_2_PHASES[1], 5.625, 0.1).error).toBeLessThan(0.03);
  });

  it('raises no reading by more than 2.023', () => {
    expect(Math.max(...ANNEX_2_PHASES.map(magnitudes))).toBeCloseTo(2.023, 3);
  });
});

describe('the fine interpolator', () => {
  it('has 16 x 32 taps and is flat within 0.1 dB to 0.4535 of the rate, 20 kHz at 44.1 kHz', () => {
    FINE_PHASES.forEach((taps, n) => {
      expect(taps.length).toBe(32);
      expect(sum(taps)).toBeCloseTo(1, 12);
      for (let freq = 0; freq <= 0.4535; freq += 0.005) {
        const { gain } = gainAt(taps, 15 + (n + 1) / 16, freq);
        expect(Math.abs(20 * Math.log10(gain))).toBeLessThan(0.1);
      }
    });
  });
});

describe('mirroredTaps', () => {
  it('gives a phase and its mirror image as E + O and E - O', () => {
    const [e0, o0, e1, o1] = mirroredTaps([[1, 2, 3, 5]]);
    expect([e0 + o0, e0 - o0, e1 + o1, e1 - o1]).toEqual([2, 3, 1, 5]);
  });
});

describe.each(BACKENDS)('TruePeak, %s', (backend) => {
  it('reads a sine at fs/4 and 45 degrees, whose samples are 3.01 dB lower, within 0.02 dB, and 16 frames late', () => {
    const x = Float32Array.from({ length: 200 }, (_, i) => Math.sin((Math.PI * i) / 2 + Math.PI / 4));
    const level = read(backend, x, 0);
    expect(20 * Math.log10(Math.max(...level.subarray(100)))).toBeCloseTo(0, 1);
    const click = new Float32Array(100);
    click[40] = 1;
    expect(read(backend, click, 0)[40 + TRUE_PEAK_LAG]).toBe(1);
  });

  it('never reads less than the samples on either side of the gap', () => {
    const [x] = noise(1, 500, 3);
    const level = read(backend, x, 0);
    for (let i = 20; i < 500; i++) {
      const [a, b] = [x[i - TRUE_PEAK_LAG], x[i - TRUE_PEAK_LAG + 1]];
      expect(level[i]).toBeGreaterThanOrEqual(Math.max(Math.abs(a), Math.abs(b)));
    }
  });

  it('skips what can not exceed the floor, and changes no bit of what does', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.double({ min: 0.01, max: 2, noNaN: true }),
        fc.boolean(),
        (seed, floor, fine) => {
          const [x] = noise(1, 301, seed, 1);
          const whole = read('reference', x, 0, fine);
          const quick = read(backend, x, Math.fround(floor), fine);
          for (let i = 0; i < 301; i++) {
            if (whole[i] > floor) expect(quick[i]).toBe(whole[i]);
            else expect(quick[i]).toBeLessThanOrEqual(Math.fround(floor));
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
