import { describe, expect, it } from 'vitest';
import { audioFormat } from '../../src/audio/format.ts';
import { onKernelMemory } from '../../src/dsp/kernel-memory.ts';
import { StreamEncoder } from '../../src/io/stream-encoder.ts';
import { buildWav, type Chunk, chunk, RECIPE } from '../fixtures/wav-corpus.ts';
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
