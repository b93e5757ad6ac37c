import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OggPages } from '../../src/io/ogg-pages.ts';

/** The check of a page bit by bit (RFC 3533, 6). */
function check(bytes: Buffer): number {
  let rest = 0;
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit--) {
      const out = (rest >>> 31) ^ ((byte >> bit) & 1);
      rest = ((rest << 1) ^ (out ? 0x04c11db7 : 0)) >>> 0;
    }
  }
  return rest;
}

/** Page `sequence` of two segments, 300 bytes, with 1000 frames of audio in each but the first. */
function page(flags: number, sequence: number, granule = sequence * 1000): Buffer {
  const bytes = Buffer.alloc(27 + 2 + 300, 1);
  bytes.write('OggS', 'latin1');
  bytes.set([0, flags], 4);
  bytes.writeBigInt64LE(BigInt(granule), 6);
  bytes.writeUInt32LE(7, 14);
  bytes.writeUInt32LE(sequence, 18);
  bytes.writeUInt32LE(0, 22);
  bytes.set([2, 255, 45], 26);
  bytes.writeUInt32LE(check(bytes), 22);
  return bytes;
}

function follow(bytes: Buffer, size: number): OggPages {
  const pages = new OggPages();
  for (let at = 0; at < bytes.length; at += size) pages.push(bytes.subarray(at, at + size));
  return pages;
}

const list = [page(2, 0), ...Array.from({ length: 8 }, (_, n) => page(0, n + 1)), page(4, 9)];
const whole = Buffer.concat(list);
const without = (...gone: number[]) => Buffer.concat(list.filter((_, n) => !gone.includes(n)));
const spoilt = (at: number): Buffer => {
  const bytes = Buffer.from(whole);
  bytes[at] ^= 8;
  return bytes;
};

describe.each([1, 28, 329, 10_000])('an Ogg stream of 10 pages in pieces of %i bytes', (size) => {
  it.each([
    ['is whole with its last page', whole, true],
    ['is whole with 128 bytes of a tag behind it', Buffer.concat([whole, Buffer.alloc(128, 65)]), true],
    ['is cut off without its last page', without(9), false],
    ['is cut off with a byte of its last page missing', whole.subarray(0, -1), false],
    ['is cut off with nothing', Buffer.alloc(0), false],
  ])('%s', (_what, bytes, expected) => {
    const pages = follow(bytes, size);
    expect([pages.isWhole, pages.places, pages.lostPages]).toEqual([expected, 0, 0]);
  });

  it.each([
    ['1 page in 1 place where a bit of it is another', spoilt(5 * 329 + 100), 1, 1],
    ['1 page in 1 place where its name is spoilt', spoilt(5 * 329), 1, 1],
    ['2 pages in 1 place where they are gone', without(4, 5), 1, 2],
    ['2 pages in 2 places where they are gone apart', without(4, 6), 2, 2],
  ])('has lost %s', (_what, bytes, places, lost) => {
    const pages = follow(bytes, size);
    expect([pages.places, pages.lostPages, pages.frames]).toEqual([places, lost, 9000]);
  });

  it('has lost its last page where a bit of that is another, and is whole', () => {
    const pages = follow(spoilt(9 * 329 + 100), size);
    expect([pages.isWhole, pages.places, pages.lostPages, pages.frames]).toEqual([true, 1, 1, 8000]);
  });
});

describe('an Ogg stream', () => {
  it('that is listened to from its 6th page of audio on has lost nothing, and no length', () => {
    const pages = follow(without(1, 2, 3, 4, 5), 1000);
    expect([pages.isWhole, pages.places, pages.frames]).toEqual([true, 0, null]);
  });

  it('behind another one has lost nothing, and no length', () => {
    const pages = follow(Buffer.concat([whole, whole]), 1000);
    expect([pages.isWhole, pages.places, pages.frames]).toEqual([true, 0, null]);
  });

  it('is as damaged however it is cut into pieces', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2 * 329, max: whole.length - 330 }),
        fc.integer({ min: 1, max: 700 }),
        (at, size) => {
          const [one, other] = [follow(spoilt(at), size), follow(spoilt(at), whole.length)];
          expect([one.places, one.lostPages, one.isWhole]).toEqual([
            other.places,
            other.lostPages,
            other.isWhole,
          ]);
          expect(one.places).toBe(1);
        },
      ),
    );
  });
});
