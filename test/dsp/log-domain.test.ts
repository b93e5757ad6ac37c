import { expect, it } from 'vitest';
import { fastExp2, fastLog2 } from '../../src/dsp/log-domain.ts';

it('fastLog2 is within 1.1e-9 of log2 from 1e-100 to 1e100', () => {
  let worst = 0;
  for (let x = 1e-100; x < 1e100; x *= 1.00137) worst = Math.max(worst, Math.abs(fastLog2(x) - Math.log2(x)));
  expect(worst).toBeLessThan(1.1e-9);
});

it('fastLog2 is exact at powers of two and has no step at the seams of its range', () => {
  for (let k = -60; k <= 60; k++) {
    expect(fastLog2(2 ** k)).toBe(k);
    const seam = Math.SQRT1_2 * 2 ** k;
    expect(Math.abs(fastLog2(seam * (1 + 1e-15)) - fastLog2(seam * (1 - 1e-15)))).toBeLessThan(3e-9);
  }
});

it('fastExp2 is within 7.4e-9 of 2^x, relative, from -100 to 100', () => {
  let worst = 0;
  for (let x = -100; x < 100; x += 0.00137) worst = Math.max(worst, Math.abs(fastExp2(x) / 2 ** x - 1));
  expect(worst).toBeLessThan(7.4e-9);
});

it('fastExp2 is exactly 1 at 0 and exact at integers', () => {
  for (let k = -60; k <= 60; k++) expect(fastExp2(k)).toBe(2 ** k);
});
