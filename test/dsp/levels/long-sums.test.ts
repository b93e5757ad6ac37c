import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addScaled64, indexOfRank, scaledSum64 } from '../../../src/dsp/levels/long-sums.ts';
import { BACKENDS, stateOn } from '../../support/backends.ts';

const values = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 40 });

/** Some numbers as an array on a backend's memory. */
function on(backend: (typeof BACKENDS)[number], numbers: readonly number[]) {
  const { memory } = stateOn(backend);
  const array = memory.f64(numbers.length);
  array.set(numbers);
  return { array, memory, kernels: memory.kernels };
}

describe.each(BACKENDS)('long sums, %s', (backend) => {
  it('add up from any place to any other in the order of the indices, to the last of 53 bits', () => {
    fc.assert(
      fc.property(
        values,
        fc.nat(),
        fc.nat(),
        fc.double({ min: -2, max: 2, noNaN: true }),
        (x, a, b, scale) => {
          const { array, kernels } = on(backend, x);
          const [from, end] = [a % x.length, b % (x.length + 1)];
          const expected = x.slice(from, end).reduce((sum, one) => sum + scale * one, 0);
          expect(scaledSum64(kernels, array, from, end, scale)).toBe(expected);
        },
      ),
    );
  });

  it('add 0.5 times 5 of 7 values to 5 others and to no sixth', () => {
    const { array, memory, kernels } = on(backend, [1, 2, 3, 4, 5, 6, 7]);
    const to = memory.f64(6);
    to.fill(10);
    addScaled64(
      kernels,
      Object.defineProperty(to.subarray(0, 5), 'byteOffset', { value: to.byteOffset }),
      array,
      2,
      0.5,
    );
    expect([...to]).toEqual([11.5, 12, 12.5, 13, 13.5, 10]);
  });

  it('find where the n-th of some counted values was counted, as a sorted list of them has it', () => {
    const counts = fc.array(fc.nat(3), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(counts, fc.nat(), fc.nat(), (given, start, rank) => {
        const from = start % given.length;
        const listed = given.flatMap((count, at) => (at < from ? [] : new Array<number>(count).fill(at)));
        fc.pre(listed.length > 0);
        const { array, kernels } = on(backend, given);
        expect(indexOfRank(kernels, array, from, rank % listed.length)).toBe(listed[rank % listed.length]);
      }),
    );
  });
});
