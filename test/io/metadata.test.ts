import { describe, expect, it } from 'vitest';
import { audioFormat } from '../../src/audio/format.ts';
import { onKernelMemory } from '../../src/dsp/kernel-memory.ts';
import { metadataBehind } from '../../src/io/metadata-behind.ts';
import { StreamEncoder, type StreamEncoderOptions } from '../../src/io/stream-encoder.ts';
import { type AiffRecipe, buildAiff, buildW64 } from '../fixtures/containers.ts';
import { buildWav, type Chunk, chunk, fmtBody, RECIPE } from '../fixtures/wav-corpus.ts';
import { decodeAll, pieces } from './decode-all.ts';

const text = (words: string): Uint8Array => Uint8Array.from(words, (char) => char.charCodeAt(0));
const info: Chunk = { id: 'LIST', body: text('INFOINAM\u0005\0\0\0song\0\0') };
const bext = (history: string): Chunk => ({
  id: 'bext',
  body: Uint8Array.from([...new Uint8Array(602), ...text(history)]),
});
const all = [
  info,
  bext('A=PCM,F=44100,W=16,M=stereo\r\n'),
  chunk('iXML', 31),
  chunk('cart', 2048),
  chunk('id3 ', 9),
];

const headerOf = (before: readonly Chunk[], more = {}) =>
  decodeAll(pieces(buildWav({ ...RECIPE, ...more, before, audio: new Uint8Array(400) }), [77]));

/** The chunks of an output that carries `metadata`. */
function carried(metadata: readonly Chunk[], frames: number | null = 2): readonly Chunk[] {
  const bytes = onKernelMemory('wasm', (memory) => {
    const encoder = new StreamEncoder({
      format: audioFormat(48_000, 2),
      sampleFormat: { encoding: 's24', bigEndian: false },
      announcedFrames: frames,
      container: 'wav',
      channelMask: 3,
      metadata,
      dither: 'none',
      seed: 0,
      seekable: frames === null,
      memory,
      maxFrames: 2,
    });
    return Buffer.concat([encoder.header(), encoder.encode(memory.planar(2, 2), 2)]);
  });
  const decoded = decodeAll([bytes]);
  expect(decoded.samples).toEqual([0, 0, 0, 0]);
  return decoded.header.metadata;
}

describe('metadata', () => {
  it('of five kinds is read byte for byte and in order, whatever stands between', () => {
    expect(headerOf([chunk('JUNK', 3), ...all, chunk('odd!', 5)]).header.metadata).toEqual(all);
    expect(headerOf(all, { container: 'RF64', size: 'rf64' }).header.metadata).toEqual(all);
  });

  it('is not read from LIST of another kind, from behind the audio, or from a RIFX', () => {
    expect(headerOf([{ id: 'LIST', body: text('adtlxxxx') }]).header.metadata).toEqual([]);
    expect(headerOf([], { after: all }).header.metadata).toEqual([]);
    expect(headerOf(all, { container: 'RIFX' }).header.metadata).toEqual([]);
  });

  it('stops at 1 MiB in all, with a warning for each chunk beyond', () => {
    const large = chunk('id3 ', (1 << 20) - 1000);
    const { header, warnings } = headerOf([info, large, chunk('iXML', 2000)]);
    expect(header.metadata.map(({ id }) => id)).toEqual(['LIST', 'id3 ']);
    expect(warnings).toEqual(['"iXML" chunk of 2000 bytes left out: more than 1 MiB of metadata']);
  });

  it('goes out before the audio, sizes known or not, with one line more of coding history', () => {
    for (const frames of [2, null]) {
      const [list, broadcast, ...others] = carried(all, frames);
      expect([list, ...others]).toEqual([all[0], ...all.slice(2)]);
      expect(Buffer.from(broadcast.body.subarray(602)).toString()).toBe(
        'A=PCM,F=44100,W=16,M=stereo\r\nA=PCM,F=48000,W=24,M=stereo,T=auralis-stream\r\n',
      );
    }
  });

  it.each([
    ['', ''],
    ['\0\0\0', ''],
    ['A=ANALOGUE', 'A=ANALOGUE\r\n'],
  ])('adds the line behind the history %j', (before, after) => {
    const [{ body }] = carried([bext(before)]);
    expect(Buffer.from(body.subarray(602)).toString()).toBe(
      `${after}A=PCM,F=48000,W=24,M=stereo,T=auralis-stream\r\n`,
    );
  });
});

/** The entries of a LIST/INFO. */
const entries = (...pairs: readonly (readonly [id: string, words: string])[]): Chunk => ({
  id: 'LIST',
  body: Uint8Array.from([
    ...text('INFO'),
    ...pairs.flatMap(([id, words]) => [
      ...text(id),
      words.length + 1,
      0,
      0,
      0,
      ...text(words),
      ...new Uint8Array(words.length % 2 === 0 ? 2 : 1),
    ]),
  ]),
});
const aiffOf = (before: AiffRecipe['before'] = []) =>
  buildAiff({
    encoding: 's16',
    channels: 2,
    sampleRate: 44_100,
    audio: new Uint8Array(400),
    sized: true,
    compression: null,
    before,
  });

describe('metadata of other containers', () => {
  it('comes from an AIFF: NAME, AUTH, (c) and ANNO as LIST/INFO, ID3 as it is', () => {
    const aiff = aiffOf([
      ['NAME', text('A song')],
      ['ID3 ', text('ID3...')],
      ['AUTH', text('Nobody\0\0')],
      ['(c) ', text('2026')],
      ['COMT', text('......')],
      ['ANNO', text('odd')],
    ]);
    const list = entries(['INAM', 'A song'], ['IART', 'Nobody'], ['ICOP', '2026'], ['ICMT', 'odd']);
    for (const size of [1, 77, 9999]) {
      const { header } = decodeAll(pieces(aiff, [size]));
      expect(header.metadata).toEqual([{ id: 'id3 ', body: text('ID3...') }, list]);
    }
  });

  it('comes from the summary list of a Wave64, UTF-16 as UTF-8', () => {
    const recipe = { ...RECIPE, audio: new Uint8Array(400) };
    const utf16 = (words: string): number[] => [...Buffer.from(words, 'utf16le')];
    const summary = [
      2,
      0,
      0,
      0,
      ...text('INAM'),
      10,
      0,
      0,
      0,
      ...utf16('Lied\0'),
      ...text('IART'),
      4,
      0,
      0,
      0,
      ...utf16('ö\0'),
    ];
    const w64 = buildW64({ ...recipe, sized: true, fmt: fmtBody(recipe), junk: 5, summary });
    const [{ id, body }] = decodeAll([w64]).header.metadata;
    expect(id).toBe('LIST');
    expect(Buffer.from(body).toString()).toContain('INAM\u0005\0\0\0Lied\0');
    expect(Buffer.from(body).toString()).toContain('IART\u0003\0\0\0ö\0');
  });

  it('stops at 1 MiB in an AIFF too', () => {
    const { header, warnings } = decodeAll([aiffOf([['ANNO', new Uint8Array((1 << 20) + 1).fill(65)]])]);
    expect(header.metadata).toEqual([]);
    expect(warnings).toEqual(['"ANNO" chunk of 1048577 bytes left out: more than 1 MiB of metadata']);
  });
});

describe('metadata behind the audio of a file', () => {
  const behindIn = (file: Uint8Array) => {
    let asked = 0;
    const found = metadataBehind((position, bytes) => {
      asked += bytes;
      return file.subarray(position, position + bytes);
    });
    return { found, asked };
  };
  const audio = new Uint8Array(100_001);

  it.each([
    ['RIFF', {}],
    ['RIFF, odd chunks not padded', { padding: false }],
    ['RF64', { container: 'RF64', size: 'rf64' }],
  ] as const)('of a %s is found without the audio being read', (_, more) => {
    const recipe = { ...RECIPE, encoding: 'u8', channels: 1, audio, ...more } as const;
    const { found, asked } = behindIn(buildWav({ ...recipe, before: [chunk('iXML', 7)], after: all }));
    expect(found).toEqual(all);
    expect(asked).toBeLessThan(4000);
  });

  it('of an AIFF is found', () => {
    const file = Uint8Array.from([
      ...aiffOf(),
      ...text('ID3 \0\0\0\u0003abc\0'),
      ...text('NAME\0\0\0\u0002hi'),
    ]);
    expect(behindIn(file).found).toEqual([{ id: 'id3 ', body: text('abc') }, entries(['INAM', 'hi'])]);
  });

  it.each([
    ['a RIFX', buildWav({ ...RECIPE, container: 'RIFX', audio, after: all })],
    ['a size that is not exact', buildWav({ ...RECIPE, size: 'ffmpeg', audio, after: all })],
    [
      '10,000 chunks that say nothing',
      buildWav({ ...RECIPE, after: [...new Array<Chunk>(10_000).fill(chunk('odd!', 2)), info] }),
    ],
    ['what is no audio', text('nothing of the kind')],
    ['an empty file', new Uint8Array(0)],
  ])('of %s is none', (_, file) => {
    expect(behindIn(file).found).toEqual([]);
  });

  it('that is cut off is given as far as it goes', () => {
    const whole = buildWav({ ...RECIPE, audio, after: [info, chunk('id3 ', 900)] });
    expect(behindIn(whole.subarray(0, -100)).found).toEqual([info]);
  });
});

describe('the loudness in bext', () => {
  const RATE = 48_000;
  const AT = 412;
  /** A chunk of a version whose five numbers are 7.00. */
  const stale = (version: number): Chunk => {
    const chunk = bext('');
    chunk.body[346] = version;
    for (let n = 0; n < 5; n++) chunk.body.set([700 & 0xff, 700 >> 8], AT + 2 * n);
    return chunk;
  };
  /** The version and the numbers of an output of so many seconds of a sine of 997 Hz at -20 dBFS. */
  function written(chunk: Chunk, seconds: number, more: Partial<StreamEncoderOptions> = {}): number[] {
    const bytes = onKernelMemory('wasm', (memory) => {
      const maxFrames = RATE;
      const encoder = new StreamEncoder({
        format: audioFormat(RATE, 2),
        sampleFormat: { encoding: 's24', bigEndian: false },
        announcedFrames: seconds * RATE,
        container: 'wav',
        channelMask: 3,
        metadata: [info, chunk],
        dither: 'none',
        seed: 0,
        seekable: true,
        memory,
        maxFrames,
        ...more,
      });
      const planar = memory.planar(2, maxFrames);
      const whole = [Buffer.from(encoder.header())];
      for (let at = 0; at < seconds * RATE; at += RATE / 2) {
        for (const channel of planar) {
          for (let i = 0; i < RATE / 2; i++) {
            channel[i] = 0.1 * Math.sin((2 * Math.PI * 997 * (at + i)) / RATE);
          }
        }
        whole.push(Buffer.from(encoder.encode(planar, RATE / 2)));
      }
      const { tail, patches } = encoder.end();
      const all = Buffer.concat([...whole, tail]);
      for (const { position, bytes } of patches) all.set(bytes, position);
      return all;
    });
    const { body } = decodeAll([bytes]).header.metadata[1];
    const view = new DataView(body.buffer, body.byteOffset);
    return [view.getUint16(346, true), ...[0, 2, 4, 6, 8].map((at) => view.getInt16(AT + at, true))];
  }

  it.each([0, 1, 2])(
    'of version %i becomes -20.00 LUFS, 0 LU, -20.00 dBTP, -20.00 and -20.00, version 2',
    (version) => {
      const [written2, ...values] = written(stale(version), 6);
      expect(written2).toBe(2);
      // BS.1770-5, Annex 1: 997 Hz at 0 dBFS in two channels is 0 LUFS; Tech 3341 allows 0.1 LU.
      for (const [n, value] of [-2000, 0, -2000, -2000, -2000].entries()) {
        expect(Math.abs(values[n] - value)).toBeLessThanOrEqual(1);
      }
    },
  );

  it('is not known in 1 s but for integrated, peak and momentary: the others are 0x7FFF', () => {
    const [, , range, , , shortTerm] = written(stale(2), 1);
    expect([range, shortTerm]).toEqual([0x7fff, 0x7fff]);
  });

  it.each([
    ['on a pipe', { seekable: false }],
    ['at 4 kHz, where K-weighting has no room', { format: audioFormat(4000, 2) }],
  ])('is 0x7FFF %s, never that of the input; version 1 stays as it is', (_, more) => {
    expect(written(stale(2), 6, more)).toEqual([2, ...new Array(5).fill(0x7fff)]);
    expect(written(stale(1), 6, more)).toEqual([1, ...new Array(5).fill(700)]);
  });

  it('stays out of a chunk that is cut short of it', () => {
    const short = { id: 'bext', body: new Uint8Array(400) };
    expect(carried([short])).toEqual([short]);
  });
});

describe('a pad byte that is printable', () => {
  it.each([
    ['fmt ', 0x20],
    ['JUNK', 0x41],
    ['LIST', 0x7e],
  ])('before %j is still a pad byte', (id, pad) => {
    const before = [{ id: 'odd!', body: new Uint8Array(7) }, ...(id === 'fmt ' ? [] : [chunk(id, 8)])];
    const wav = buildWav({ ...RECIPE, before, audio: new Uint8Array(40) });
    wav[12 + 8 + 7] = pad;
    for (const size of [1, 1000]) expect(decodeAll(pieces(wav, [size])).header.announcedFrames).toBe(10);
  });
});
