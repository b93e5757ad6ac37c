import { describe, expect, it } from 'vitest';
import { KernelMemory } from '../../../src/dsp/kernel-memory.ts';
import { BandResponse } from '../../../src/dsp/spectrum/band-response.ts';
import { criticalBands } from '../../../src/dsp/spectrum/critical-bands.ts';
import { BACKENDS } from '../../support/backends.ts';

const RATE = 44100;
const SIZE = 4096;
const CENTRES = criticalBands(RATE).map(({ centreHz }) => centreHz);
const responseOf = (backend: (typeof BACKENDS)[number], factors: readonly number[]): Float32Array => {
  const memory = new KernelMemory(backend, 1 << 21);
  const gains = memory.f64(factors.length);
  gains.set(factors.map((factor) => 20 * Math.log10(factor)));
  return new BandResponse(memory, RATE, SIZE, CENTRES).of(gains).slice();
};

describe.each(BACKENDS)('BandResponse, %s', (backend) => {
  it('is exactly 1 in all 4096 bins for factors of 1', () => {
    expect(responseOf(backend, Array(25).fill(1)).every((value) => value === 1)).toBe(true);
  });

  it('is 2 within 1e-5 for factors of 2, though shares under 2e-7 are left out', () => {
    const response = responseOf(backend, Array(25).fill(2));
    expect(Math.max(...response.map((value) => Math.abs(value - 2)))).toBeLessThan(1e-5);
  });

  it('is the same in bin 4096 - k as in bin k', () => {
    const response = responseOf(
      backend,
      CENTRES.map((_, n) => 1 + (n % 3) / 4),
    );
    for (let k = 1; k < SIZE / 2; k++) expect(response[SIZE - k]).toBe(response[k]);
  });
});

describe('BandResponse', () => {
  it('differs by zero between the backends', () => {
    const factors = CENTRES.map((_, n) => 0.5 + (n % 5) / 3);
    expect(responseOf('wasm', factors)).toEqual(responseOf('reference', factors));
  });
});
