import { describe, expect, it } from 'vitest';
import { bend, bendUneven, CURVES, type Curve, tanh32 } from '../../../src/dsp/dynamics/waveshaper.ts';
import { BACKENDS, stateOn } from '../../support/backends.ts';
import { maxAbsDifference, noise } from '../../support/signals.ts';

const bent = (curve: Curve, values: readonly number[]): Float32Array => {
  const x = Float32Array.from(values);
  bend(null, curve, x, x.length);
  return x;
};

it('has tanh within 4e-7 of the exact one up to +-12, absolute and relative, and odd', () => {
  let largest = 0;
  for (let i = 1; i <= 240000; i++) {
    const x = Math.fround(i / 20000);
    const exact = Math.tanh(x);
    largest = Math.max(largest, Math.abs(tanh32(x) - exact) / exact, Math.abs(tanh32(-x) + tanh32(x)));
  }
  expect(largest).toBeLessThan(4e-7);
});

describe.each(CURVES)('%s', (curve) => {
  it('has slope 1 at 0 within 1e-6', () => {
    const [y] = bent(curve, [1e-4]);
    expect(Math.abs(y / Math.fround(1e-4) - 1)).toBeLessThan(1e-6);
  });

  it('never falls by more than a rounding, is odd, and ends at 1 within 4e-7', () => {
    const steps = Array.from({ length: 20001 }, (_, i) => i / 1000 - 10);
    const y = bent(curve, steps);
    const falls = y.subarray(1).reduce((most, value, i) => Math.max(most, y[i] - value), 0);
    expect(falls).toBeLessThan(4e-7);
    // 0 - value: the mirror image of +0 is +0 here.
    const mirrored = y.map((value) => 0 - value).reverse();
    expect(maxAbsDifference([y], [mirrored])).toBe(0);
    expect(Math.abs(y[y.length - 1] - 1)).toBeLessThan(4e-7);
  });

  it('gives the same bits on both backends', () => {
    const [input] = noise(1, 4001, 5, 14);
    const [reference, wasm] = BACKENDS.map((backend) => {
      const { memory } = stateOn(backend);
      const x = memory.f32(4004);
      x.set(input);
      bend(memory.kernels, curve, x, 4001);
      bendUneven(memory.kernels, x, 4001, 0.1, 1e-5, 3);
      return x.slice(0, 4001);
    });
    expect(wasm).toEqual(reference);
  });
});

it('bends by the formulas: cubic x - 4 x^3 / 27 up to 1.5, quintic x - 256 x^5 / 3125 up to 1.25', () => {
  for (let x = -2; x <= 2; x += 1 / 64) {
    const [cubic] = bent('cubic', [x]);
    const [quintic] = bent('quintic', [x]);
    expect(cubic).toBeCloseTo(Math.abs(x) < 1.5 ? x - (4 * x ** 3) / 27 : Math.sign(x), 6);
    expect(quintic).toBeCloseTo(Math.abs(x) < 1.25 ? x - (256 * x ** 5) / 3125 : Math.sign(x), 6);
  }
});
