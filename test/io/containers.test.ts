import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ENCODINGS, type SampleEncoding, STORED, type StoredEncoding } from '../../src/io/sample-format.ts';
import { buildAiff, buildAu, buildW64 } from '../fixtures/containers.ts';
import { encodeSamples, fmtBody, RECIPE } from '../fixtures/wav-corpus.ts';
import { type Decoded, decodeAll, messageOf, pieces } from './decode-all.ts';

/** Stereo values that an encoding can say, its extremes among them. */
function values(encoding: StoredEncoding): number[] {
  const { fullScale, isFloat } = STORED[encoding];
  let state = 99;
  return Array.from({ length: 74 }, (_, i) => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    if (isFloat) return Math.fround((state / 2 ** 31) * 1.5);
    if (i < 3) return [-1, (fullScale - 1) / fullScale, 0][i];
    return Math.floor((state / 2 ** 31) * fullScale) / fullScale;
  });
}

/** Decodes whole, byte by byte and in odd pieces, on both backends; all must agree. */
function decodeEveryWay(bytes: Uint8Array): Decoded {
  const whole = decodeAll([bytes]);
  expect(decodeAll(pieces(bytes, [1]), { maxFrames: 3 })).toEqual(whole);
  expect(decodeAll(pieces(bytes, [13, 1, 50]), { maxFrames: 7 })).toEqual(whole);
  expect(decodeAll([bytes], { backend: 'reference' })).toEqual(whole);
  return whole;
}

const linear = ['s8', 's16', 's24', 's32', 'f32', 'f64'] as const;
const shape = { channels: 2, sampleRate: 48_000 } as const;

describe.each([true, false])('length in the header: %s', (sized) => {
  it.each(linear)(
    'AU, %s: gives the written samples in both byte orders, behind 0 to 3 bytes of text',
    (encoding) => {
      for (const bigEndian of [true, false]) {
        for (const annotation of ['', 'abc']) {
          const audio = encodeSamples(values(encoding), encoding, bigEndian);
          const decoded = decodeEveryWay(
            buildAu({ ...shape, encoding, audio, sized, bigEndian, annotation }),
          );
          expect(decoded.samples).toEqual(values(encoding).map(Math.fround));
          expect(decoded.warnings).toEqual([]);
          expect(decoded.header).toMatchObject({ container: 'au', announcedFrames: sized ? 37 : null });
        }
      }
    },
  );

  it.each<[string | null, StoredEncoding, boolean]>([
    [null, 's8', true],
    [null, 's16', true],
    [null, 's24', true],
    [null, 's32', true],
    ['NONE', 's16', true],
    ['twos', 's24', true],
    ['sowt', 's16', false],
    ['sowt', 's24', false],
    ['raw ', 'u8', true],
    ['in24', 's24', true],
    ['in32', 's32', true],
    ['fl32', 'f32', true],
    ['FL32', 'f32', true],
    ['fl64', 'f64', true],
  ])('AIFF, compression %s, %s: gives the written samples', (compression, encoding, bigEndian) => {
    for (const offset of [0, 5]) {
      const audio = encodeSamples(values(encoding), encoding, bigEndian);
      const before = [['NAME', Uint8Array.of(1, 2, 3)]] as const;
      const aiff = buildAiff({ ...shape, encoding, audio, sized, compression, offset, before });
      const decoded = decodeEveryWay(aiff);
      expect(decoded.samples).toEqual(values(encoding).map(Math.fround));
      expect(decoded.warnings).toEqual([]);
      expect(decoded.header).toMatchObject({ container: 'aiff', announcedFrames: sized ? 37 : null });
      expect(decoded.header.format.sampleRate).toBe(48_000);
    }
  });

  it.each(Object.keys(ENCODINGS) as SampleEncoding[])('Wave64, %s: gives the written samples', (encoding) => {
    for (const junk of [0, 5]) {
      const audio = encodeSamples(values(encoding), encoding, false);
      const fmt = fmtBody({ ...RECIPE, ...shape, encoding, extensible: encoding === 's24in32' });
      const decoded = decodeEveryWay(buildW64({ ...shape, encoding, audio, sized, fmt, junk }));
      expect(decoded.samples).toEqual(values(encoding).map(Math.fround));
      expect(decoded.header).toMatchObject({ container: 'w64', announcedFrames: sized ? 37 : null });
    }
  });
});

it('reads the rate of an AIFF from 80 bits for every rate from 1 to 768,000 Hz that is tried, 100 of them', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 768_000 }), (sampleRate) => {
      const aiff = buildAiff({
        channels: 1,
        sampleRate,
        encoding: 's16',
        audio: new Uint8Array(2),
        sized: true,
        compression: null,
      });
      expect(decodeAll([aiff]).header.format.sampleRate).toBe(sampleRate);
    }),
    { numRuns: 100 },
  );
});

it('knows an AU by four magics, two in each byte order', () => {
  for (const magic of ['.snd', '.sd\0', 'dns.', '\0ds.']) {
    const bigEndian = magic.startsWith('.');
    const audio = encodeSamples(values('s16'), 's16', bigEndian);
    const au = buildAu({ ...shape, encoding: 's16', audio, sized: true, bigEndian, annotation: '', magic });
    expect(decodeAll([au]).samples).toEqual(values('s16'));
  }
});

it('reads 12 and 20 bits of an AIFF at the top of 16 and 24', () => {
  for (const [bits, encoding] of [
    [12, 's16'],
    [20, 's24'],
  ] as const) {
    const audio = encodeSamples(values(encoding), encoding, true);
    const aiff = buildAiff({ ...shape, encoding, audio, sized: true, compression: null, bits });
    expect(decodeAll([aiff]).samples).toEqual(values(encoding));
  }
});

describe('what can not be read is named in one line', () => {
  const audio = new Uint8Array(8);
  const sized = true;

  it.each<[string, Uint8Array]>([
    [
      'AIFF-C compression "ima4", expected one of "NONE", "twos"',
      buildAiff({ ...shape, encoding: 's16', audio, sized, compression: 'ima4' }),
    ],
    [
      'AIFF has 40-bit samples, expected 1 to 32 bits',
      buildAiff({ ...shape, encoding: 's16', audio, sized, compression: null, bits: 40 }),
    ],
    [
      'AIFF has 0 channels',
      buildAiff({ ...shape, channels: 0, encoding: 's16', audio, sized, compression: null }),
    ],
    [
      'AU encoding 0, expected one of 1 (mulaw), 2 (s8), 3 (s16)',
      buildAu({ ...shape, encoding: 'u8', audio, sized, bigEndian: true, annotation: '' }),
    ],
    [
      'AU has a sample rate of 900000 Hz',
      buildAu({
        ...shape,
        sampleRate: 900_000,
        encoding: 's16',
        audio,
        sized,
        bigEndian: true,
        annotation: '',
      }),
    ],
  ])('%s', (words, bytes) => {
    const message = messageOf(() => decodeAll([bytes]));
    expect(message).toContain(`input: ${words}`);
    expect(message).not.toContain('\n');
  });

  it('also where the file ends in a Wave64 chunk whose id is no text', () => {
    const bytes = buildW64({ ...shape, encoding: 's16', audio, sized, junk: 40, fmt: fmtBody(RECIPE) });
    const id = Buffer.from(bytes).indexOf('junk');
    // A line's end, and a C1 control that terminals obey.
    bytes.set([0x4e, 0x0a, 0x9b, 0x4d], id);
    expect(messageOf(() => decodeAll([bytes.subarray(0, id + 30)]))).toBe(
      `input: Wave64 header cut off: the input ends after ${id + 30} bytes, inside its bytes 4e 0a 9b 4d chunk`,
    );
  });

  it('also when it ends inside its header, at every byte', () => {
    const files = [
      buildAiff({ ...shape, encoding: 's16', audio, sized, compression: 'sowt' }).subarray(0, -8),
      buildAu({ ...shape, encoding: 's16', audio, sized, bigEndian: true, annotation: 'abcd' }).subarray(
        0,
        -8,
      ),
      buildW64({ ...shape, encoding: 's16', audio, sized, junk: 3, fmt: fmtBody(RECIPE) }).subarray(0, -8),
    ];
    for (const bytes of files) {
      for (let length = 0; length < bytes.length; length++) {
        expect(messageOf(() => decodeAll(pieces(bytes.subarray(0, length), [9])))).toMatch(/^input: [^\n]+$/);
      }
    }
  });
});
