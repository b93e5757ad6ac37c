import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ENCODINGS,
  RAW_SAMPLE_FORMATS,
  type SampleEncoding,
  STORED,
  type StoredEncoding,
} from '../../src/io/sample-format.ts';
import { StreamDecoder } from '../../src/io/stream-decoder.ts';
import {
  buildWav,
  chunk,
  encodeSamples,
  RECIPE,
  type SizeConvention,
  type WavRecipe,
} from '../fixtures/wav-corpus.ts';
import { decodeAll, messageOf, pieces } from './decode-all.ts';

const encodings = Object.keys(ENCODINGS) as SampleEncoding[];
const backends = ['wasm', 'reference'] as const;

/** Values that every bit depth of `encoding` down to its own can say, its extremes among them. */
function values(encoding: StoredEncoding, count: number): number[] {
  const { fullScale, isFloat } = STORED[encoding];
  let state = 12345;
  return Array.from({ length: count }, (_, i) => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    if (isFloat) return Math.fround((state / 2 ** 31) * 1.5);
    if (i < 3) return [-1, (fullScale - 1) / fullScale, 0][i];
    return Math.floor((state / 2 ** 31) * fullScale) / fullScale;
  });
}

const odd: Partial<WavRecipe> = {
  before: [chunk('JUNK', 7), chunk('bext', 602)],
  between: [chunk('LIST', 25)],
};

/** Every way in which audio that does not fill the announced size may be followed. */
const sizes: readonly (readonly [SizeConvention, Partial<WavRecipe>])[] = [
  ['exact', {}],
  ['exact', { after: [chunk('LIST', 26), chunk('id3 ', 11)] }],
  ['zero', {}],
  ['sox', {}],
  ['arecord', {}],
  ['ffmpeg', {}],
  ['rf64', { after: [chunk('LIST', 26)] }],
  ['rf64-unknown', {}],
  ['rf64-zero', {}],
];

describe.each(backends)('decoding a WAV, %s', (backend) => {
  it.each(encodings)(
    '%s: gives the written samples for every container, size, chunk order and padding',
    (encoding) => {
      for (const channels of [1, 2, 3, 6]) {
        const samples = values(encoding, 37 * channels);
        const expected = samples.map(Math.fround);
        for (const [size, tail] of sizes) {
          const containers = size.startsWith('rf64')
            ? (['RF64', 'BW64'] as const)
            : (['RIFF', 'RIFX'] as const);
          for (const container of containers) {
            for (const padding of [true, false]) {
              const audio = encodeSamples(samples, encoding, container === 'RIFX');
              const extensible = encoding === 's24in32' || channels > 2;
              const recipe = { ...RECIPE, container, encoding, channels, audio, size, extensible, padding };
              const wav = buildWav({ ...recipe, ...odd, ...tail });
              const decoded = decodeAll([wav], { backend });
              expect(decoded.samples).toEqual(expected);
              expect(decoded.warnings).toEqual([]);
              const exact = size === 'exact' || size === 'rf64';
              expect(decoded.header.announcedFrames).toBe(exact ? 37 : null);
            }
          }
        }
      }
    },
  );

  it('takes any chunking: whole, byte by byte and 200 random cuts give one result', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...encodings),
        fc.constantFrom(...sizes),
        fc.constantFrom(1, 2, 5),
        fc.boolean(),
        fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 8 }),
        (encoding, [size, tail], channels, padding, cuts) => {
          const samples = values(encoding, 41 * channels);
          const container = size.startsWith('rf64') ? 'RF64' : 'RIFF';
          const audio = encodeSamples(samples, encoding, false);
          const extensible = encoding === 's24in32';
          const recipe = {
            ...RECIPE,
            container,
            encoding,
            channels,
            audio,
            size,
            extensible,
            padding,
          } as const;
          const wav = buildWav({ ...recipe, ...odd, ...tail });
          const whole = decodeAll([wav], { backend });
          expect(decodeAll(pieces(wav, [1]), { backend, maxFrames: 3 })).toEqual(whole);
          expect(decodeAll(pieces(wav, cuts), { backend, maxFrames: 7 })).toEqual(whole);
        },
      ),
      { numRuns: 200 },
    );
  });

  it.each([...RAW_SAMPLE_FORMATS].filter(([name]) => !name.endsWith('law')))(
    'reads raw %s',
    (_name, sampleFormat) => {
      const samples = values(sampleFormat.encoding, 50);
      const bytes = encodeSamples(samples, sampleFormat.encoding, sampleFormat.bigEndian);
      const raw = { sampleFormat, sampleRate: 8000, channels: 2 };
      const decoded = decodeAll(pieces(bytes, [5, 1, 9]), { raw, backend });
      expect(decoded.samples).toEqual(samples.map(Math.fround));
      expect(decoded.header).toMatchObject({ container: 'raw', announcedFrames: null, sampleFormat });
    },
  );

  it('rounds 32-bit integers and 64-bit floats to the nearest 32-bit float', () => {
    const audio = encodeSamples([1 - 2 ** -31, 2 ** -31 + 2 ** -7, -1, 0.25], 's32', false);
    expect(decodeAll([buildWav({ ...RECIPE, encoding: 's32', audio })], { backend }).samples).toEqual(
      [1, 2 ** -31 + 2 ** -7, -1, 0.25].map(Math.fround),
    );
    const doubles = encodeSamples([1 / 3, -Math.PI], 'f64', false);
    expect(
      decodeAll([buildWav({ ...RECIPE, encoding: 'f64', audio: doubles })], { backend }).samples,
    ).toEqual([1 / 3, -Math.PI].map(Math.fround));
  });

  it('ignores the low byte of 24 bits in 32', () => {
    const sampleFormat = { encoding: 's24in32', bigEndian: false } as const;
    const raw = { sampleFormat, sampleRate: 8000, channels: 1 };
    const samples = decodeAll([Uint8Array.of(0xff, 0, 0, 0x80, 0xff, 0xff, 0xff, 0xff)], {
      raw,
      backend,
    }).samples;
    expect(samples).toEqual([-1, -(2 ** -23)]);
  });
});

describe('a data size of 0', () => {
  const zero = { ...RECIPE, size: 'zero' } as const;

  it.each<[string, Partial<WavRecipe>]>([
    ['nothing', {}],
    ['one chunk', { after: [chunk('LIST', 26)] }],
    ['two chunks', { after: [chunk('abcd', 3), chunk('id3 ', 2001)] }],
    ['an odd chunk without its pad byte', { after: [chunk('LIST', 27)], padding: false }],
    ['a chunk of 200 kB that the RIFF size covers', { after: [chunk('id3 ', 200_000)] }],
  ])('with %s behind it is empty: 0 frames announced', (_what, changes) => {
    for (const size of [1, 1_000_000]) {
      const { header, samples, warnings } = decodeAll(pieces(buildWav({ ...zero, ...changes }), [size]));
      expect({ announced: header.announcedFrames, samples, warnings }).toEqual({
        announced: 0,
        samples: [],
        warnings: [],
      });
    }
  });

  it('with audio behind it that looks like a chunk for a while goes on to the end', () => {
    // "LIST", a length of 1000 and 1000 bytes: a chunk, were it not for the 2 bytes after it.
    const like = buildWav({ ...RECIPE, after: [chunk('LIST', 1000)] }).subarray(44);
    const audio = Uint8Array.from([...like, 0, 1]);
    for (const size of [1, 13, 5000]) {
      const { samples, header } = decodeAll(pieces(buildWav({ ...zero, audio }), [size]));
      expect(header.announcedFrames).toBeNull();
      expect(samples.length).toBe(Math.floor(audio.length / 4) * 2);
      expect(samples[0]).toBe(0x494c / 32768);
    }
  });

  it('with 100 kB of one cut chunk behind it is audio, though it is held back up to 64 KiB', () => {
    const wav = buildWav({ ...zero, after: [chunk('LIST', 100_000)] });
    wav.fill(0xff, 4, 8);
    expect(decodeAll(pieces(wav.subarray(0, 70_000), [999])).samples.length).toBe(Math.floor(69_956 / 4) * 2);
    expect(decodeAll(pieces(wav.subarray(0, 50_000), [999])).samples.length).toBe(Math.floor(49_956 / 4) * 2);
  });

  it('with less than a chunk head behind it is audio', () => {
    const wav = buildWav({ ...zero, audio: Uint8Array.of(0x20, 0x20, 0x20, 0x20) });
    expect(decodeAll([wav]).samples).toEqual([0x2020 / 32768, 0x2020 / 32768]);
  });
});

describe('the end of the input', () => {
  const wav = buildWav({ ...RECIPE, audio: encodeSamples(values('s16', 2000), 's16', false) });

  it('says by how much an announced length was missed, half frames included', () => {
    const cut = decodeAll(pieces(wav.subarray(0, wav.length - 401), [100]));
    expect(cut.framesMissing).toBe(101);
    expect(cut.warnings).toEqual(['input ended early: 101 of 1000 announced frames are missing']);
    expect(cut.samples.length).toBe(899 * 2);
  });

  it('says what was left of a frame when no length was announced', () => {
    const endless = buildWav({ ...RECIPE, size: 'ffmpeg', audio: new Uint8Array(4003) });
    expect(decodeAll([endless]).warnings).toEqual(['last frame dropped: it has 3 of 4 bytes']);
    const raw = {
      sampleFormat: { encoding: 's16', bigEndian: false },
      sampleRate: 8000,
      channels: 2,
    } as const;
    expect(decodeAll([new Uint8Array(9)], { raw }).warnings).toEqual([
      'last frame dropped: it has 1 of 4 bytes',
    ]);
    expect(decodeAll([], { raw })).toMatchObject({ warnings: [], samples: [] });
  });

  it('takes a lone last byte that makes the length even for the pad byte that SoX writes on a pipe', () => {
    const recipe = { ...RECIPE, encoding: 's24', channels: 1, size: 'sox' } as const;
    expect(decodeAll([buildWav({ ...recipe, audio: new Uint8Array(16) })])).toMatchObject({ warnings: [] });
    const odd = decodeAll([buildWav({ ...recipe, audio: new Uint8Array(13) })]);
    expect(odd.warnings).toEqual(['last frame dropped: it has 1 of 3 bytes']);
  });

  it('throws when bytes are written before the earlier ones were read', () => {
    const decoder = new StreamDecoder();
    decoder.write(wav);
    expect(messageOf(() => decoder.write(wav))).toContain('internal: bytes written before');
    expect(messageOf(() => new StreamDecoder().read([], 1))).toContain('internal: decoder read before');
  });
});
