import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Mp3Frames } from '../../src/io/mp3-frames.ts';
import { id3Tag } from '../engine/files/id3-tag.ts';

/** 128 kbit/s at 44.1 kHz, 417 bytes and one of padding in every second frame; in the body no byte is 0xff. */
const frame = (n: number): Buffer => {
  const bytes = Buffer.alloc(417 + (n % 2), n);
  bytes.set([0xff, 0xfb, 0x90 | ((n % 2) << 1), 0x44]);
  return bytes;
};
const frames = Array.from({ length: 40 }, (_, n) => frame(n));
const whole = Buffer.concat(frames);
const FRAMES = 40 * 1152;

function follow(bytes: Buffer, size = bytes.length): Mp3Frames {
  const passage = new Mp3Frames();
  for (let at = 0; at < bytes.length; at += size) passage.push(bytes.subarray(at, at + size));
  return passage;
}
const apeTag = (): Buffer => {
  const tag = Buffer.alloc(32 + 100);
  tag.write('APETAGEX', 'latin1');
  tag.writeUInt32LE(100, 12);
  return tag;
};

describe.each([1, 29, 417, 100_000])('an MP3 of 40 frames in pieces of %i bytes', (size) => {
  it.each([
    ['as it is', whole],
    ['with zeros in front', Buffer.concat([Buffer.alloc(1000), whole])],
    ['with an ID3v1 tag behind', Buffer.concat([whole, Buffer.from('TAG'.padEnd(128, 'x'))])],
    ['with an APE tag behind', Buffer.concat([whole, apeTag()])],
    ['with zeros behind', Buffer.concat([whole, Buffer.alloc(5000)])],
  ])('is whole %s', (_what, bytes) => {
    const { places, isCut, frames } = follow(bytes, size);
    expect([places, isCut, frames]).toEqual([0, false, FRAMES]);
  });

  it('is whole with another one behind it, and tags between', () => {
    const two = Buffer.concat([whole, Buffer.from('TAG'.padEnd(128, 'x')), id3Tag(700), whole]);
    const { places, isCut, frames } = follow(two, size);
    expect([places, isCut, frames]).toEqual([0, false, 2 * FRAMES]);
  });

  it.each([1, 3, 5, 100, 414])('is cut off %i bytes before its end', (bytes) => {
    expect(follow(whole.subarray(0, -bytes), size).isCut).toBe(true);
  });

  it('is not seen to be cut between two frames: nothing tells', () => {
    expect(follow(Buffer.concat(frames.slice(0, 20)), size).isCut).toBe(false);
  });

  it('is damaged in 1 place near frame 11520 where 1000 bytes from there on are others', () => {
    const bytes = Buffer.from(whole);
    const at = Buffer.concat(frames.slice(0, 10)).length;
    bytes.fill(0x55, at, at + 1000);
    const { places, firstPlace, lostBytes } = follow(bytes, size);
    expect([places, firstPlace, lostBytes]).toEqual([1, 11_520, 417 + 418 + 417]);
  });

  it('is damaged in 2 places where 100 bytes are gone twice', () => {
    const bytes = Buffer.concat([whole.subarray(0, 5000), whole.subarray(5100, 9000), whole.subarray(9100)]);
    expect(follow(bytes, size).places).toBe(2);
  });
});

it('an MP3 is as damaged however it is cut into pieces', () => {
  const bit = fc.record({
    at: fc.nat(whole.length - 1),
    bit: fc.nat(7),
    size: fc.integer({ min: 1, max: 900 }),
  });
  fc.assert(
    fc.property(bit, ({ at, bit, size }) => {
      const bytes = Buffer.from(whole);
      bytes[at] ^= 1 << bit;
      const [one, other] = [follow(bytes, size), follow(bytes)];
      expect([one.places, one.lostBytes, one.frames]).toEqual([other.places, other.lostBytes, other.frames]);
    }),
  );
});

it.each([
  ['free format, whose frames have no length', [0xff, 0xfb, 0x00, 0x44]],
  ['a rate that is none', [0xff, 0xfb, 0x9c, 0x44]],
  ['Layer II', [0xff, 0xfd, 0x90, 0x44]],
])('what begins as %s is never said to be damaged', (_what, head) => {
  const bytes = Buffer.concat(frames.map((one) => Buffer.concat([Buffer.from(head), one.subarray(4)])));
  const { places, isCut } = follow(bytes, 1000);
  expect([places, isCut]).toEqual([0, false]);
});
