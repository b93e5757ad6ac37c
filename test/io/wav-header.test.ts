import { describe, expect, it } from 'vitest';
import { HeaderReader } from '../../src/io/header-reader.ts';
import { buildWav, chunk, fmtBody, RECIPE, type WavRecipe } from '../fixtures/wav-corpus.ts';
import { collectGarbage } from '../support/collect-garbage.ts';
import { decodeAll, messageOf, pieces } from './decode-all.ts';

const stereo: WavRecipe = { ...RECIPE, audio: Uint8Array.from({ length: 400 }, (_, i) => i) };
const failure = (bytes: Uint8Array, size = bytes.length || 1): string =>
  messageOf(() => decodeAll(pieces(bytes, [size])));
const text = (words: string): Uint8Array => Uint8Array.from(words, (char) => char.charCodeAt(0));

describe('what is not a WAV', () => {
  const expected = 'expected WAV (RIFF, RIFX, RF64, BW64), AIFF, AU or Wave64';

  it.each([
    [text('fLaC\0\0\0\x22\x10\0\x10\0'), 'not an audio file we read: starts with "fLaC" (FLAC)'],
    [text('OggS\0\x02\0\0\0\0\0\0'), 'not an audio file we read: starts with "OggS" (Ogg)'],
    [text('ID3\x04\0\0\0\0\0\0\0\0'), 'not an audio file we read: starts with bytes 49 44 33 04 (MP3)'],
    [text('\0\0\0\x20ftypM4A '), 'not an audio file we read: starts with bytes 00 00 00 20 (MP4)'],
    [text('RIFF\x10\0\0\0AVI LIST'), 'not an audio file we read: starts with "RIFF" (AVI)'],
    [text('{ "stages": [] }'), 'not an audio file we read: starts with "{ \\"s"'],
    [text('hm'), 'not an audio file we read: starts with "hm"'],
    [new Uint8Array(0), 'empty input'],
  ])('is named by its first bytes: %#', (bytes, words) => {
    for (const size of [1, 64]) {
      const separator = bytes.length === 0 ? ':' : ',';
      expect(failure(bytes, size)).toBe(`input: ${words}${separator} ${expected}`);
    }
  });
});

describe('a header cut off', () => {
  const wav = buildWav({ ...stereo, before: [chunk('LIST', 300)] });

  it.each([
    [3, 'WAV header cut off: the input ends after 3 bytes, inside its first 12 bytes'],
    [100, 'WAV header cut off: the input ends after 100 bytes, inside its "LIST" chunk'],
    [335, 'WAV header cut off: the input ends after 335 bytes, inside its "fmt " chunk'],
    [346, 'WAV header cut off: the input ends after 346 bytes, before its "data" chunk'],
  ])('after %i bytes says where', (length, words) => {
    expect(failure(wav.subarray(0, length))).toBe(`input: ${words}`);
    expect(failure(wav.subarray(0, length), 1)).toBe(`input: ${words}`);
  });

  it('is never anything but one line, at each of its 352 places', () => {
    for (let length = 0; length < 352; length++) {
      expect(failure(wav.subarray(0, length), 7)).toMatch(/^input: [^\n]+$/);
    }
  });
});

describe('a "fmt " chunk that can not be decoded', () => {
  const extensible = { ...stereo, extensible: true };

  it.each<[string, WavRecipe, Parameters<typeof fmtBody>[1]]>([
    ['WAV has 0 channels, expected 1 to 64', { ...stereo, channels: 0 }, {}],
    ['WAV has 65535 channels, expected 1 to 64', { ...stereo, channels: 65535 }, { blockAlign: 65534 }],
    ['WAV has a sample rate of 0 Hz, expected 1 to 768000 Hz', { ...stereo, sampleRate: 0 }, {}],
    ['WAV codec 0x0002 (Microsoft ADPCM), expected PCM, IEEE float, A-law or mu-law', stereo, { tag: 2 }],
    ['WAV codec 0x0055 (MP3), expected PCM, IEEE float, A-law or mu-law', stereo, { tag: 0x55 }],
    ['WAV has 16-bit samples of G.711, expected 8 bits', extensible, { tag: 6 }],
    ['WAV codec 0x1234, expected PCM, IEEE float, A-law or mu-law', stereo, { tag: 0x1234 }],
    ['WAV has frames of 3 bytes, expected 4 for 2 channels of 16 bits', stereo, { blockAlign: 3 }],
    ['WAV has 64-bit integer samples, expected 8, 16, 24 or 32 bits', stereo, { bits: 64 }],
    ['WAV has 0-bit integer samples, expected 8, 16, 24 or 32 bits', stereo, { bits: 0 }],
    ['WAV has 16-bit float samples, expected 32 or 64 bits', stereo, { tag: 3 }],
    ['WAV has 20 valid bits in samples of 16 bits', extensible, { validBits: 20 }],
  ])('%s', (words, recipe, wrong) => {
    expect(failure(buildWav(recipe, fmtBody(recipe, wrong)))).toBe(`input: ${words}`);
  });

  it('must have 16 bytes, 40 when extensible, and stand before the audio', () => {
    const fmt = fmtBody(stereo);
    expect(failure(buildWav(stereo, fmt.subarray(0, 14)))).toContain('has 14 bytes, expected 16 or more');
    expect(failure(buildWav(stereo, new Uint8Array(0)))).toContain('has 0 bytes, expected 16 or more');
    expect(failure(buildWav(extensible, fmtBody(extensible).subarray(0, 18)))).toContain(
      'expected 40 or more',
    );
    const early = failure(buildWav({ ...stereo, before: [chunk('data', 8)] }));
    expect(early).toContain('has its "data" chunk before its "fmt " chunk');
  });

  it('names a sub-format that no tag stands for', () => {
    const fmt = fmtBody(extensible);
    fmt[39] ^= 1;
    expect(failure(buildWav(extensible, fmt))).toContain('WAV codec of an unknown sub-format');
  });

  it('names the byte at which no chunk begins', () => {
    const wav = buildWav({ ...stereo, before: [chunk('LIST', 4)] });
    wav[24] = 7;
    expect(failure(wav)).toContain('found bytes 07 6d 74 20 at byte 24, expected a chunk id');
  });
});

describe('the formats that a header gives', () => {
  it.each<[string, Partial<WavRecipe>, { bits?: number; validBits?: number }]>([
    ['s16', {}, { bits: 12 }],
    ['s24', { encoding: 's24' }, { bits: 20 }],
    ['s24in32', { encoding: 's32', extensible: true }, { validBits: 24 }],
    ['s24in32', { encoding: 's32', extensible: true }, { validBits: 20 }],
    ['s32', { encoding: 's32', extensible: true }, { validBits: 0 }],
    ['s32', { encoding: 's32' }, {}],
  ])('are %s for %j with %j', (encoding, changes, wrong) => {
    const recipe = { ...stereo, ...changes };
    const { header } = decodeAll([buildWav(recipe, fmtBody(recipe, wrong))]);
    expect(header.sampleFormat).toEqual({ encoding, bigEndian: false });
  });

  it('may have the sub-format of a RIFX in either byte order: libsndfile turns all of it round, SoX the tag', () => {
    const recipe = { ...stereo, container: 'RIFX', encoding: 's24', extensible: true } as const;
    for (const soxGuid of [false, true]) {
      const { header } = decodeAll([buildWav(recipe, fmtBody(recipe, { soxGuid }))]);
      expect(header.sampleFormat).toEqual({ encoding: 's24', bigEndian: true });
    }
  });

  it('keep the channel mask: 0x3f is 5.1, 0x60f has its surrounds at the sides', () => {
    const surround = { ...stereo, channels: 6, extensible: true, audio: new Uint8Array(24) };
    const at = (mask: number) => decodeAll([buildWav({ ...surround, mask })]).header;
    expect(at(0x3f).format.layout).toEqual(['FL', 'FR', 'FC', 'LFE', 'BL', 'BR']);
    expect(at(0x60f).format.layout).toEqual(['FL', 'FR', 'FC', 'LFE', 'SL', 'SR']);
    expect(at(0x60f).channelMask).toBe(0x60f);
    expect(at(0).channelMask).toBe(0);
    expect(decodeAll([buildWav(stereo)]).header.channelMask).toBe(3);
  });
});

describe('chunks before the audio', () => {
  it('pass by at 1 GiB each without being kept', () => {
    const parser = new HeaderReader();
    const wav = buildWav({ ...stereo, before: [chunk('JUNK', 0)] });
    new DataView(wav.buffer).setUint32(16, 2 ** 30, true);
    parser.push(wav.subarray(0, 20));
    const piece = new Uint8Array(2 ** 20);
    collectGarbage();
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 1024; i++) expect(parser.push(piece)).toBe(piece.length);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
    expect(parser.header).toBeNull();
    parser.push(wav.subarray(20));
    expect(parser.header).toMatchObject({ encoding: 's16', data: { bytes: 400, exact: true } });
  });

  it('may have a size that the file does not: 4 GiB announced allocate nothing', () => {
    const wav = buildWav({ ...stereo, before: [chunk('JUNK', 0)] });
    new DataView(wav.buffer).setUint32(16, 0xfffffff0, true);
    expect(failure(wav)).toContain('inside its "JUNK" chunk');
  });
});
