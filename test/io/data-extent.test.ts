import { describe, expect, it } from 'vitest';
import { DataExtent } from '../../src/io/data-extent.ts';
import { HeaderReader } from '../../src/io/header-reader.ts';
import { buildWav, chunk, RECIPE } from '../fixtures/wav-corpus.ts';
import { pieces } from './decode-all.ts';

/** Bytes of chunks, as they stand behind audio. */
const chunks = (...lengths: number[]): Uint8Array =>
  buildWav({ ...RECIPE, after: lengths.map((length) => chunk('LIST', length)) }).subarray(44);

/** How many of the bytes are audio when the header gives an upper bound. */
function audioIn(bytes: Uint8Array, bound: number, size: number, bytesBehind = 0): number {
  const extent = new DataExtent({ bytes: bound, exact: false, chunkBytes: bound, bytesBehind }, false);
  const audio: Uint8Array[] = [];
  for (const piece of pieces(bytes, [size])) extent.push(piece, audio);
  extent.end(audio);
  expect(audio.reduce((sum, part) => sum + part.length, 0)).toBe(extent.audioBytes);
  return extent.audioBytes;
}

describe('a size too large to be true', () => {
  it.each([
    [0x7ffff000, 0x7ffff000],
    [0x80000000, 0x80000000],
    [0xfffffffe, 0xfffffffe],
    [0xffffffff, Number.POSITIVE_INFINITY],
  ])('%i is an upper bound of %d bytes', (size, bytes) => {
    const parser = new HeaderReader();
    const wav = buildWav(RECIPE);
    new DataView(wav.buffer).setUint32(40, size, true);
    parser.push(wav);
    expect(parser.header?.data).toMatchObject({ bytes, exact: false });
  });

  it.each([
    ['s16', 2, 0x7fffeffc, true],
    ['s24', 1, 0x7fffefff, false],
    ['s24', 1, 0x7fffeffd, true],
    ['s24', 6, 0x7fffeff6, false],
  ] as const)(
    'is 0x7FFFF000 cut to whole frames, as SoX does: %s, %i channels, %i',
    (encoding, channels, size, exact) => {
      const parser = new HeaderReader();
      const wav = buildWav({ ...RECIPE, encoding, channels });
      new DataView(wav.buffer).setUint32(40, size, true);
      parser.push(wav);
      expect(parser.header?.data).toMatchObject({ bytes: size, exact });
    },
  );

  it.each([1, 7, 5000])('ends the audio when whole chunks follow it, in pieces of %i bytes', (size) => {
    const audio = new Uint8Array(1000);
    expect(audioIn(audio, 1000, size)).toBe(1000);
    expect(audioIn(Uint8Array.from([...audio, ...chunks(26, 40)]), 1000, size)).toBe(1000);
    expect(audioIn(Uint8Array.from([...audio, 1, 0, ...chunks(26)]), 1001, size)).toBe(1001);
  });

  it.each([1, 7, 5000])('is passed by a stream that goes on, in pieces of %i bytes', (size) => {
    expect(audioIn(new Uint8Array(4000), 1000, size)).toBe(4000);
    expect(audioIn(Uint8Array.from([...new Uint8Array(1000), ...chunks(26), 9]), 1000, size)).toBe(1035);
    expect(audioIn(new Uint8Array(600), 1000, size)).toBe(600);
  });

  it('believes a RIFF size that covers the chunk behind it to the byte, 1 MB here', () => {
    const bytes = Uint8Array.from([...new Uint8Array(1000), ...chunks(1_000_000)]);
    expect(audioIn(bytes, 1000, 4096, 1_000_008)).toBe(1000);
    expect(audioIn(bytes, 1000, 4096, 1_000_010)).toBe(1_001_008);
  });

  it('takes a 64-bit size of 5 GiB from ds64 and an absurd one for none', () => {
    for (const [size, expected] of [
      [5 * 2 ** 30, { bytes: 5 * 2 ** 30, exact: true }],
      [2 ** 60, { bytes: Number.POSITIVE_INFINITY, exact: false }],
      [0, { bytes: 0, exact: false }],
    ] as const) {
      const wav = buildWav({ ...RECIPE, container: 'RF64', size: 'rf64' });
      const view = new DataView(wav.buffer);
      view.setUint32(28, size % 2 ** 32, true);
      view.setUint32(32, Math.floor(size / 2 ** 32), true);
      const parser = new HeaderReader();
      parser.push(wav);
      expect(parser.header?.data).toMatchObject(expected);
    }
  });
});
