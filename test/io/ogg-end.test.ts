import { describe, expect, it } from 'vitest';
import { OggEnd } from '../../src/io/ogg-end.ts';

/** A page of two segments, 300 bytes. */
function page(flags: number): Buffer {
  const bytes = Buffer.alloc(27 + 2 + 300, 1);
  bytes.write('OggS', 'latin1');
  bytes.set([0, flags], 4);
  bytes.set([2, 255, 45], 26);
  return bytes;
}

function isWhole(bytes: Buffer, size: number): boolean {
  const end = new OggEnd();
  for (let at = 0; at < bytes.length; at += size) end.push(bytes.subarray(at, at + size));
  return end.isWhole;
}

const whole = Buffer.concat([page(2), page(0), page(4)]);

describe.each([1, 28, 329, 10_000])('an Ogg stream in pieces of %i bytes', (size) => {
  it.each([
    ['is whole with its last page', whole, true],
    ['is whole with 128 bytes of a tag behind it', Buffer.concat([whole, Buffer.alloc(128, 65)]), true],
    [
      'is whole with 50 bytes of damage between its pages',
      Buffer.concat([page(2), Buffer.alloc(50), page(4)]),
      true,
    ],
    ['is cut off without its last page', whole.subarray(0, 658), false],
    ['is cut off with a byte of its last page missing', whole.subarray(0, -1), false],
    ['is cut off with nothing', Buffer.alloc(0), false],
  ])('%s', (_what, bytes, expected) => {
    expect(isWhole(bytes, size)).toBe(expected);
  });
});
