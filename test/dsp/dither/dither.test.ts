import { describe, expect, it } from 'vitest';
import { DITHER_UNITS, TpdfDither, tpdfDraw } from '../../../src/dsp/dither/dither.ts';
import { KernelMemory, StateMemory } from '../../../src/dsp/kernel-memory.ts';

const COUNT = 1 << 20;
const key = ditherOf(1, 48000, 7).key;
/** Draws in LSB. */
const draws = Float64Array.from({ length: COUNT }, (_, i) => tpdfDraw(key, i) / DITHER_UNITS);

function ditherOf(channels: number, sampleRate: number, seed: number): TpdfDither {
  return new TpdfDither(new StateMemory(new KernelMemory('reference', 0)), channels, sampleRate, seed);
}

/** Correlation of a series with another one, `lag` later; for independent ones of this length its deviation is 0.001. */
function correlation(a: Float64Array, b: Float64Array, lag: number): number {
  let sum = 0;
  let power = 0;
  for (let i = 0; i + lag < a.length; i++) {
    sum += a[i] * b[i + lag];
    power += a[i] * a[i];
  }
  return sum / power;
}

describe('a million draws of the dither', () => {
  it('have a mean of 0 +- 0.002 and a variance of 1/6 +- 0.001 LSB^2', () => {
    const mean = draws.reduce((sum, x) => sum + x, 0) / COUNT;
    const variance = draws.reduce((sum, x) => sum + x * x, 0) / COUNT;
    expect(Math.abs(mean)).toBeLessThan(0.002);
    expect(Math.abs(variance - 1 / 6)).toBeLessThan(0.001);
  });

  it('form a triangle from -1 to 1 LSB, within 2 % of its height in each of 40 bins', () => {
    const bins = new Array<number>(40).fill(0);
    for (const x of draws) bins[Math.floor((x + 1) * 20)]++;
    bins.forEach((count, bin) => {
      const middle = (bin + 0.5) / 20 - 1;
      expect(Math.abs((count / COUNT) * 20 - (1 - Math.abs(middle)))).toBeLessThan(0.02);
    });
    expect(Math.max(...bins)).toBeGreaterThan(bins[0] * 20);
  });

  it('are white: no correlation over 0.005 at the lags 1 to 64, also of their squares', () => {
    const squares = draws.map((x) => x * x - 1 / 6);
    for (let lag = 1; lag <= 64; lag++) {
      expect(Math.abs(correlation(draws, draws, lag))).toBeLessThan(0.005);
      expect(Math.abs(correlation(squares, squares, lag))).toBeLessThan(0.005);
    }
  });

  it('are independent from channel to channel and from seed to seed, within 0.005', () => {
    const left = draws.filter((_, i) => i % 2 === 0);
    const right = draws.filter((_, i) => i % 2 === 1);
    const other = ditherOf(1, 48000, 8).key;
    const others = Float64Array.from({ length: COUNT }, (_, i) => tpdfDraw(other, i) / DITHER_UNITS);
    for (let lag = 0; lag < 8; lag++) {
      expect(Math.abs(correlation(left, right, lag))).toBeLessThan(0.005);
      expect(Math.abs(correlation(draws, others, lag))).toBeLessThan(0.005);
    }
  });
});

describe('the place of the dither', () => {
  const noise = [new Float32Array(5000).fill(0.5)];

  it('counts samples and takes a new key after 2^24 frames', () => {
    const dither = ditherOf(1, 48000, 1);
    const first = dither.key;
    for (let left = 2 ** 24 - 100; left > 0; ) {
      const span = Math.min(dither.span(4800), left);
      dither.advance(noise, 0, span, () => {});
      left -= span;
    }
    expect({ key: dither.key, index: dither.index }).toEqual({ key: first, index: 2 ** 24 - 100 });
    expect(dither.span(4800)).toBe(100);
    dither.advance(noise, 0, 100, () => {});
    expect(dither.index).toBe(0);
    expect(dither.key).not.toBe(first);
  });

  it('is restored with the state it stands on', () => {
    const state = new StateMemory(new KernelMemory('reference', 0));
    const dither = new TpdfDither(state, 1, 48000, 1);
    dither.advance([new Float32Array(4800)], 0, 4000, () => {});
    const snapshot = state.snapshot();
    const goOn = () => {
      const blanks: number[] = [];
      dither.advance([new Float32Array(2000)], 0, 2000, (_c, from, to) => blanks.push(from, to));
      return [dither.index, ...blanks];
    };
    const first = goOn();
    state.restore(snapshot);
    expect(goOn()).toEqual(first);
    expect(first).toEqual([6000, 800, 2000]);
  });
});
