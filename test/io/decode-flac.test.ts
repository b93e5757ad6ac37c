import { createHash } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { CodecFindings } from '../../src/io/codec-findings.ts';
import { decodeCodec } from '../../src/io/decode-codec.ts';
import { flacBytes } from '../fixtures/flac-bytes.ts';

/** 200 whole blocks of 192 and one of 100. */
const FRAMES = 200 * 192 + 100;
const samples = Int16Array.from({ length: FRAMES }, (_, n) => ((n * 7919) % 40_009) - 20_000);
const { start, frames } = flacBytes(samples);
const flac = Buffer.concat([start, ...frames]);

/** Short, for messages. */
const digest = (audio: readonly number[]): string =>
  `${audio.length} frames ${createHash('sha256').update(Int16Array.from(audio)).digest('hex')}`;

async function* cut(bytes: Buffer, size: number): AsyncGenerator<Buffer, void, void> {
  for (let at = 0; at < bytes.length; at += size) yield Buffer.from(bytes.subarray(at, at + size));
}

async function decode(bytes: Buffer, size = 16_384) {
  const words = vi.spyOn(console, 'error');
  const findings = new CodecFindings();
  const codec = { decoder: 'flac', name: 'FLAC' } as const;
  const { blocks, announcedFrames } = await decodeCodec(cut(bytes, size), codec, findings);
  const audio: number[] = [];
  for await (const { channels } of blocks)
    for (const value of channels[0]) audio.push(Math.round(value * 32_767));
  expect(words).not.toHaveBeenCalled();
  words.mockRestore();
  return { audio: digest(audio), announcedFrames, warnings: [...findings.describe()] };
}

/** The samples with silence in some blocks of 192. */
const kept = (...lost: number[]): number[] =>
  Array.from(samples, (value, n) => (lost.includes(Math.floor(n / 192)) ? 0 : value));
const without = (...lost: number[]) => digest(kept(...lost));
const damaged = (block: number, byte: number, bytes = 1): Buffer => {
  const spoilt = frames.map((frame) => Buffer.from(frame));
  for (let n = byte; n < byte + bytes; n++) spoilt[block][n] ^= 0x10;
  return Buffer.concat([start, ...spoilt]);
};

describe('FLAC', () => {
  it.each([1000, 16_384, 1_000_000])('comes bit for bit in pieces of %i bytes', async (size) => {
    expect(await decode(flac, size)).toEqual({ audio: without(), announcedFrames: FRAMES, warnings: [] });
  });

  it.each([
    ['a sample', 200],
    ['the number', 4],
    ['the sync code', 0],
    ['the check', 388],
  ])(
    'with one byte spoilt in %s of block 90 has 192 frames of silence and all others',
    async (_place, byte) => {
      const { audio, warnings } = await decode(damaged(90, byte));
      expect(audio).toEqual(without(90));
      expect(warnings).toEqual([
        'damaged: 192 frames from frame 17280 on are lost, and silent in the output',
      ]);
    },
  );

  it('gives the same wherever the damaged stream is cut', async () => {
    const whole = await decode(damaged(90, 200));
    for (const size of [333, 390, 4096]) expect(await decode(damaged(90, 200), size)).toEqual(whole);
  });

  it('keeps its time where the first 2 blocks and 3 others are gone from it', async () => {
    const left = frames.filter((_frame, n) => ![0, 1, 50, 51, 130].includes(n));
    const { audio, warnings } = await decode(Buffer.concat([start, Buffer.alloc(700, 0x55), ...left]));
    expect(audio).toEqual(without(0, 1, 50, 51, 130));
    expect(warnings).toEqual([
      'damaged in 3 places, the first from frame 0 on: 960 frames are lost, and silent in the output',
    ]);
  });

  it('cut out of another one begins with its first frame, whatever its number', async () => {
    const { audio, warnings } = await decode(Buffer.concat([start, ...frames.slice(100)]));
    expect(audio).toEqual(digest(kept().slice(100 * 192)));
    expect(warnings).toEqual([]);
  });

  it.each([
    ['an ID3v1 tag', Buffer.from('TAG'.padEnd(128, 'x'))],
    ['a line feed', Buffer.from('\n')],
    ['60 kB of zeros', Buffer.alloc(60_000)],
  ])('with %s behind it has its last block, and no warning', async (_what, tail) => {
    expect(await decode(Buffer.concat([flac, tail]))).toEqual({
      audio: without(),
      announcedFrames: FRAMES,
      warnings: [],
    });
  });

  it.each([0, FRAMES])(
    'leaves out another FLAC behind it, with a warning, announced as %i frames',
    async (total) => {
      const first = flacBytes(samples, total);
      const { audio, warnings } = await decode(Buffer.concat([first.start, ...first.frames, flac]));
      expect(audio).toEqual(without());
      expect(warnings).toEqual([`ends at frame ${FRAMES}, another FLAC behind it is left out`]);
    },
  );

  it('cut off plays to the last whole block', async () => {
    const { audio, warnings } = await decode(flac.subarray(0, start.length + 120 * frames[0].length + 200));
    expect(audio).toEqual(digest(kept().slice(0, 120 * 192)));
    expect(warnings).toEqual([]);
  });

  it('of nothing but damage is refused', async () => {
    await expect(decode(Buffer.concat([start, Buffer.alloc(5000, 0xff)]))).rejects.toThrow(
      'FLAC without a sample of audio',
    );
  });
});
