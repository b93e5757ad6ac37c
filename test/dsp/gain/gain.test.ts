import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gainAlong } from '../../../src/dsp/gain/gain.ts';
import { KernelMemory } from '../../../src/dsp/kernel-memory.ts';
import { BACKENDS } from '../../support/backends.ts';

const FRAMES = 441;
/** A glide in log2 units over 441 frames, cut in two. */
const glides = fc.record({
  start: fc.double({ min: -8, max: 8, noNaN: true }),
  step: fc.double({ min: -0.01, max: 0.01, noNaN: true }).filter((step) => step !== 0),
  cut: fc.integer({ min: 0, max: FRAMES }),
});

describe('gainAlong', () => {
  it('is 2^x within 8e-9 all along a glide, the same to the bit wherever it is cut and in both backends', () => {
    fc.assert(
      fc.property(glides, ({ start, step, cut }) => {
        const gains = BACKENDS.flatMap((backend) => {
          const memory = new KernelMemory(backend, 1 << 20);
          const [whole, parts] = [memory.f64(FRAMES), memory.f64(FRAMES)];
          gainAlong(memory.kernels, whole, 0, { frames: FRAMES, start, step, index: 0 });
          gainAlong(memory.kernels, parts, 0, { frames: cut, start, step, index: 0 });
          gainAlong(memory.kernels, parts, cut, { frames: FRAMES - cut, start, step, index: cut });
          return [whole, parts];
        });
        for (const gain of gains) expect(gain).toEqual(gains[0]);
        gains[0].forEach((gain, n) => {
          expect(Math.abs(gain / 2 ** (start + step * n) - 1)).toBeLessThan(8e-9);
        });
      }),
    );
  });
});
