import { describe, expect, it } from 'vitest';
import { parseRawFormat, RAW_SAMPLE_FORMATS } from '../../src/io/sample-format.ts';
import { messageOf } from './decode-all.ts';

describe('raw formats', () => {
  it('reads all 12 sample formats with any rate and channel count in range', () => {
    for (const [name, sampleFormat] of RAW_SAMPLE_FORMATS) {
      expect(parseRawFormat(`${name}:48000:2`)).toEqual({ sampleFormat, sampleRate: 48000, channels: 2 });
    }
    expect(parseRawFormat('s24be:768000:64')).toEqual({
      sampleFormat: { encoding: 's24', bigEndian: true },
      sampleRate: 768000,
      channels: 64,
    });
  });

  it.each([
    ['s16le:48000', '2 of 3 parts, expected FORMAT:RATE:CHANNELS such as s16le:48000:2'],
    ['', '1 of 3 parts'],
    ['s16lee:48000:2', 'unknown sample format "s16lee", expected one of u8, s16le, s16be, s24le,'],
    ['s16lee:48000:2', 'did you mean "s16le"?'],
    ['s16le:0:2', 'sample rate "0", expected 1 to 768000 Hz'],
    ['s16le:768001:2', 'sample rate "768001", expected 1 to 768000 Hz'],
    ['s16le:48k:2', 'sample rate "48k", expected 1 to 768000 Hz'],
    ['s16le:48000:65', 'channel count "65", expected 1 to 64'],
    ['s16le:48000:1.5', 'channel count "1.5", expected 1 to 64'],
  ])('says what is wrong with "%s"', (text, words) => {
    const message = messageOf(() => parseRawFormat(text));
    expect(message).toContain(`usage: raw format "${text}": `);
    expect(message).toContain(words);
    expect(message).not.toContain('\n');
  });
});
