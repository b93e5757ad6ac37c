import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SlabWriter } from '../../../src/engine/files/slab-writer.ts';

it('gives every byte once, in order, in pieces of at most 256 KiB that keep their bytes', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 300_000 }), fc.boolean()), { maxLength: 12 }),
      (steps) => {
        const writer = new SlabWriter();
        const pieces: Buffer[] = [];
        const expected: Buffer[] = [];
        steps.forEach(([length, take], n) => {
          const bytes = Buffer.alloc(length, n + 1);
          expected.push(Buffer.from(bytes));
          pieces.push(...writer.add(bytes));
          bytes.fill(0);
          if (take) pieces.push(...writer.take());
        });
        pieces.push(...writer.take());
        expect(Buffer.concat(pieces).equals(Buffer.concat(expected))).toBe(true);
        expect(pieces.every(({ length }) => length > 0 && length <= 256 * 1024)).toBe(true);
      },
    ),
    { numRuns: 50 },
  );
});
