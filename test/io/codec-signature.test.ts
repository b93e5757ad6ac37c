import { describe, expect, it } from 'vitest';
import { codecBehindTag, codecOf, id3Bytes } from '../../src/io/codec-signature.ts';

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));
const ogg = (payload: string): Uint8Array => ascii(`OggS\0\x02${'\0'.repeat(20)}\x01\x1e${payload}`);

describe('codecOf', () => {
  it.each([
    ['fLaC', ascii('fLaC\0\0\0\x22'), 'flac'],
    ['MPEG 1 layer 3', Uint8Array.of(0xff, 0xfb, 0x90, 0), 'mp3'],
    ['MPEG 2 layer 3', Uint8Array.of(0xff, 0xf3, 0x90, 0), 'mp3'],
    ['ADTS AAC', Uint8Array.of(0xff, 0xf1, 0x50, 0x80), 'other'],
    ['Vorbis in Ogg', ogg('\x01vorbis'), 'vorbis'],
    ['Opus in Ogg', ogg('OpusHead'), 'other'],
    ['MPEG 1 layer 2', Uint8Array.of(0xff, 0xfd, 0x90, 0), 'other'],
    ['Core Audio', ascii('caff\0\x01'), 'other'],
    ['VOC', ascii('Creative Voice File\x1a\x1a\0'), 'other'],
    ['MPEG-TS', ascii(`G@\x11${'\xff'.repeat(185)}G@`), 'other'],
    ['MP4', ascii('\0\0\0\x20ftypM4A '), 'other'],
  ])('knows %s', (_name, bytes, decoder) => {
    expect(codecOf(bytes)?.decoder).toBe(decoder);
  });

  it('knows how long an ID3 tag is: 10 bytes and 257 in sevens', () => {
    expect(id3Bytes(ascii('ID3\x04\0\0\0\0\x02\x01'))).toBe(267);
    expect([ascii('ID3\x04'), ascii('RIFF\0\0\0\0\0\0')].map(id3Bytes)).toEqual([0, 0]);
  });

  it('knows an ID3 tag of 20 bytes with a foot of 10', () => {
    expect(id3Bytes(ascii('ID3\x04\0\x10\0\0\0\x0a'))).toBe(30);
  });

  it('knows what is behind an ID3 tag by its own first bytes, and MP3 behind zeros', () => {
    const behind = (text: string) => codecBehindTag(ascii(text))?.decoder ?? null;
    expect(['\xff\xfb\x90\0', 'fLaC', 'RIFF\0\0\0\0WAVE', '\0\0\0\0', 'OggS'].map(behind)).toEqual([
      'mp3',
      'flac',
      null,
      'mp3',
      'other',
    ]);
  });

  it.each([
    ['RIFF', ascii('RIFF\0\0\0\0WAVEfmt ')],
    ['samples at full scale', Uint8Array.of(0xff, 0xff, 0xff, 0xff)],
    ['a bit rate and a sampling rate that are forbidden', Uint8Array.of(0xff, 0xfb, 0xf0, 0)],
    ['text that begins with a G', ascii('G'.padEnd(200, 'a'))],
    ['nothing', new Uint8Array(0)],
  ])('leaves %s alone', (_name, bytes) => {
    expect(codecOf(bytes)).toBeNull();
  });
});
