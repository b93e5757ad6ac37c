import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import chain from 'stream-chain';
import { describe, expect, it } from 'vitest';
import { type AudioBlock, createBlock } from '../../src/audio/block.ts';
import { audioFormat } from '../../src/audio/format.ts';
import { decodeWav } from '../../src/io/decode-wav.ts';
import { encodeWav } from '../../src/io/encode-wav.ts';
import { buildWav, encodeSamples, RECIPE } from '../fixtures/wav-corpus.ts';
import { whiteNoise } from '../support/white-noise.ts';
import { decodeAll, pieces } from './decode-all.ts';

const samples = Array.from(whiteNoise(30_000), (x) => Math.round(x * 32767) / 32768 + 0); // + 0 makes -0 a plain 0
const wav = buildWav({ ...RECIPE, audio: encodeSamples(samples, 's16', false) });
const source = (size = 65536): Readable => Readable.from(pieces(wav, [size]));

/** Collects what is written. */
function sink<T>(): { readonly got: T[]; readonly stream: Writable } {
  const got: T[] = [];
  const stream = new Writable({
    objectMode: true,
    write(item: T, _encoding, done) {
      got.push(item);
      done();
    },
  });
  return { got, stream };
}

describe('decodeWav and encodeWav', () => {
  it.each(['wasm', 'reference'] as const)(
    'give back 16-bit audio bit for bit through stream.pipeline, %s',
    async (backend) => {
      const { got, stream } = sink<Buffer>();
      const encode = encodeWav({ sampleFormat: 's16', dither: 'none', frames: 15_000, backend });
      await pipeline(source(1000), decodeWav({ backend }), encode, stream);
      expect(Buffer.compare(Buffer.concat(got), wav)).toBe(0);
    },
  );

  it('work in stream-chain, and write 24 bits of unknown length by default', async () => {
    const { got, stream } = sink<Buffer>();
    const half = (block: AudioBlock): AudioBlock => ({
      ...block,
      channels: block.channels.map((channel) => channel.map((x) => x / 2)),
    });
    await pipeline(source(), chain([decodeWav(), half, encodeWav({ dither: 'none' })]), stream);
    const decoded = decodeAll([Buffer.concat(got)]);
    expect(decoded.header).toMatchObject({ announcedFrames: null, sampleFormat: { encoding: 's24' } });
    expect(decoded.samples).toEqual(samples.map((x) => x / 2));
  });

  it('give blocks of up to 4096 frames, each with its place and arrays of its own', async () => {
    const blocks: AudioBlock[] = [];
    for await (const block of source().pipe(decodeWav())) blocks.push(block);
    expect(blocks.map(({ start, frames }) => [start, frames])).toEqual([
      [0, 4096],
      [4096, 4096],
      [8192, 4096],
      [12_288, 2712],
    ]);
    expect(new Set(blocks.flatMap(({ channels }) => channels.map(({ buffer }) => buffer))).size).toBe(8);
    expect(blocks[3].channels[1][2711]).toBe(samples[29_999]);
  });

  it('carry the length and the metadata of the input to the header when told whose they are', async () => {
    const { got, stream } = sink<Buffer>();
    const list = { id: 'LIST', body: Buffer.from('INFOINAM\x02\0\0\0a\0', 'latin1') };
    const tagged = buildWav({ ...RECIPE, before: [list], audio: encodeSamples(samples, 's16', false) });
    const decode = decodeWav();
    await pipeline(Readable.from([tagged]), decode, encodeWav({ like: decode }), stream);
    const { header, warnings } = decodeAll([Buffer.concat(got)]);
    expect(header).toMatchObject({ announcedFrames: 15_000, metadata: [{ id: 'LIST' }] });
    expect([warnings, decode.header?.announcedFrames]).toEqual([[], 15_000]);
  });

  it.each(['exact', 'zero'] as const)(
    'give a WAV of 0 frames for one without audio, size %s',
    async (size) => {
      const { got, stream } = sink<Buffer>();
      const decode = decodeWav();
      const half = (block: AudioBlock): AudioBlock => block;
      await pipeline(
        Readable.from([buildWav({ ...RECIPE, size, sampleRate: 22_050 })]),
        chain([decode, half, encodeWav({ like: decode })]),
        stream,
      );
      const { header, samples: none } = decodeAll([Buffer.concat(got)]);
      expect(header).toMatchObject({ announcedFrames: 0, format: { sampleRate: 22_050, channels: 2 } });
      expect(none).toEqual([]);
    },
  );

  it('tell the header first and warn of an early end', async () => {
    const said: unknown[] = [];
    const decode = decodeWav({
      onHeader: ({ announcedFrames }) => said.push(announcedFrames),
      onWarning: (message) => said.push(message),
    });
    const { stream } = sink();
    await pipeline(Readable.from([wav.subarray(0, wav.length - 4)]), decode, stream);
    expect(said).toEqual([15_000, 'input ended early: 1 of 15000 announced frames are missing']);
  });

  it('fail the pipeline with one line for what is no WAV', async () => {
    const { stream } = sink();
    const failed = pipeline(
      Readable.from([Buffer.from('fLaC, and so on')]),
      decodeWav(),
      encodeWav(),
      stream,
    );
    await expect(failed).rejects.toMatchObject({
      kind: 'input',
      message: expect.stringContaining('not an audio file we read: starts with "fLaC" (FLAC)'),
    });
    const empty = pipeline(Readable.from([]), decodeWav(), sink().stream);
    await expect(empty).rejects.toThrow('empty input: expected WAV');
  });

  it('are destroyed with the pipeline when the reader goes away or an abort comes', async () => {
    const gone = new Writable({ write: (_chunk, _encoding, done) => done(new Error('gone')) });
    const parts = [decodeWav(), encodeWav()] as const;
    await expect(pipeline(source(), ...parts, gone)).rejects.toThrow('gone');
    expect(parts.map(({ destroyed }) => destroyed)).toEqual([true, true]);

    const abort = new AbortController();
    const endless = new Readable({ read() {} });
    endless.push(wav);
    const aborted = pipeline(endless, decodeWav(), sink().stream, { signal: abort.signal });
    setImmediate(() => abort.abort());
    await expect(aborted).rejects.toThrow('aborted');
  });

  it('reject a format that changes on the way, and a stream without a block', async () => {
    const blocks = [createBlock(audioFormat(48000, 2), 10), createBlock(audioFormat(44100, 2), 10, 10)];
    const change = pipeline(Readable.from(blocks), encodeWav(), sink().stream);
    await expect(change).rejects.toThrow(
      'the format changes at frame 10 to 44100 Hz, 2 channels (FL FR); the WAV began as 48000 Hz, 2 channels (FL FR)',
    );
    const none = pipeline(Readable.from([]), encodeWav(), sink().stream);
    await expect(none).rejects.toThrow('no audio came in, so the format of the WAV is not known');
  });

  it('take blocks of any length, longer arrays than frames, and raw input', async () => {
    const { got, stream } = sink<Buffer>();
    const long = createBlock(audioFormat(48000, 1), 20_000);
    long.channels[0].set(whiteNoise(20_000));
    await pipeline(Readable.from([{ ...long, frames: 10_001 }]), encodeWav({ sampleFormat: 'f32' }), stream);
    expect(decodeAll([Buffer.concat(got)]).samples).toEqual([...long.channels[0].subarray(0, 10_001)]);

    const raw = {
      sampleFormat: { encoding: 's16', bigEndian: true },
      sampleRate: 8000,
      channels: 1,
    } as const;
    const decoded = sink<AudioBlock>();
    await pipeline(Readable.from([Buffer.of(0x40, 0), Buffer.of(0xc0)]), decodeWav({ raw }), decoded.stream);
    expect(decoded.got.map(({ channels }) => [...channels[0]])).toEqual([[0.5]]);
  });
});
