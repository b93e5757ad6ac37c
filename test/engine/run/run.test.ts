import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { fileSink, streamSink } from '../../../src/engine/files/output-sink.ts';
import { runPipeline } from '../../../src/engine/run/run.ts';
import type { RunOptions } from '../../../src/engine/run/run-options.ts';
import type { RunSummary } from '../../../src/engine/run/run-summary.ts';
import { definePipeline } from '../../../src/graph/parse-pipeline.ts';
import { noise16, wav16 } from '../wav-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'auralis-run-'));
afterAll(() => rmSync(folder, { recursive: true }));

const EMPTY = definePipeline({ stages: [] });
const CHAIN = definePipeline({
  stages: [
    { stage: 'analyzer', interval: 10, spectrum: false },
    { stage: 'eq', bands: [{ type: 'lowshelf', freq: 120, gain: 4 }] },
    { stage: 'compressor', threshold: -30, ratio: 3, lookahead: 2 },
    { stage: 'limiter', ceiling: -3 },
  ],
});

/** A writable that keeps what it gets. */
class Kept extends Writable {
  readonly pieces: Buffer[] = [];

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.pieces.push(chunk);
    done();
  }

  get bytes(): Buffer {
    return Buffer.concat(this.pieces);
  }
}

/** Bytes in pieces of the given sizes, repeated in turn. */
function* cut(bytes: Buffer, sizes: readonly number[]): Generator<Buffer> {
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const size = sizes[n % sizes.length];
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function run(
  input: Buffer | Readable,
  options: Partial<RunOptions> = {},
): Promise<{ readonly bytes: Buffer; readonly summary: RunSummary }> {
  const kept = new Kept();
  const summary = await runPipeline({
    pipeline: EMPTY,
    input: Buffer.isBuffer(input) ? Readable.from([input]) : input,
    output: streamSink('out', kept),
    ...options,
  });
  return { bytes: kept.bytes, summary };
}

/** Samples behind a 44-byte header. */
const samplesOf = (bytes: Buffer): Int16Array => new Int16Array(new Uint8Array(bytes.subarray(44)).buffer);

describe('runPipeline', () => {
  it('gives back every byte of a 16-bit WAV through an empty pipeline, and does not dither', async () => {
    const wav = wav16(noise16(20_000));
    const { bytes, summary } = await run(wav);
    expect(bytes.equals(wav)).toBe(true);
    expect(summary).toMatchObject({ framesIn: 10_000, framesOut: 10_000, dither: 'none', warnings: [] });
  });

  it('gives the same bytes for 20 random chunkings from 1 byte on and block sizes from 1 frame on', async () => {
    const wav = wav16(noise16(6_000, 7));
    const { bytes: whole } = await run(wav, { pipeline: CHAIN });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 8 }),
        fc.constantFrom(1, 7, 64, 1024, 16384),
        fc.constantFrom('wasm' as const, 'reference' as const),
        async (sizes, blockFrames, backend) => {
          const { bytes } = await run(Readable.from(cut(wav, sizes)), {
            pipeline: CHAIN,
            blockFrames,
            backend,
          });
          expect(bytes.equals(whole)).toBe(true);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('gives as many frames as came in, aligned, when the pipeline is 384 frames late', async () => {
    const samples = new Int16Array(4000);
    samples[2000] = 12_000;
    const pipeline = definePipeline({ stages: [{ stage: 'limiter', mode: 'samplePeak', lookahead: 8 }] });
    const { bytes, summary } = await run(wav16(samples), { pipeline, sampleFormat: 's16' });
    const out = samplesOf(bytes);
    expect(summary.latency).toBe(384);
    expect(out.length).toBe(4000);
    expect(out.indexOf(out.reduce((top, value) => Math.max(top, value)))).toBe(2000);
  });

  it('dithers 16-bit output of a processing pipeline, the same for the same seed', async () => {
    const wav = wav16(noise16(4_000));
    const pipeline = definePipeline({ stages: [{ stage: 'gain', gain: -1 }] });
    const [first, again, other] = await Promise.all([1, 1, 2].map((seed) => run(wav, { pipeline, seed })));
    expect(first.summary.dither).toBe('tpdf');
    expect(first.bytes.equals(again.bytes)).toBe(true);
    expect(first.bytes.equals(other.bytes)).toBe(false);
  });

  it('says by how many frames an announced input is short, and keeps what arrived', async () => {
    const { bytes, summary } = await run(wav16(noise16(2_000), { announced: 1500 }));
    expect(summary.framesOut).toBe(1000);
    expect(summary.warnings).toEqual(['input ended early: 500 of 1500 announced frames are missing']);
    expect(bytes.readUInt32LE(40)).toBe(1500 * 4);
  });

  it('writes the exact size into the header of a file whose input is short', async () => {
    const path = join(folder, 'short.wav');
    const { summary } = await run(wav16(noise16(2_000), { announced: 1500 }), { output: fileSink(path) });
    expect(summary.framesOut).toBe(1000);
    expect(readFileSync(path).readUInt32LE(40)).toBe(1000 * 4);
  });

  it('leaves no file when the input is not a WAV, and names the input', async () => {
    const path = join(folder, 'none.wav');
    await expect(
      run(Buffer.from('this is a text file, no more'), { output: fileSink(path), inputName: 'notes.txt' }),
    ).rejects.toThrow(/^notes\.txt: not an audio file we read/);
    expect(() => readFileSync(path)).toThrow();
  });

  it('finishes with the 5000 frames that came before the signal', async () => {
    const controller = new AbortController();
    const input = new PassThrough();
    input.write(wav16(noise16(10_000), { announced: 100_000 }));
    const output = new Kept();
    output.once('pipe', () => setTimeout(() => controller.abort(), 50));
    const { summary } = await run(input, {
      pipeline: CHAIN,
      output: streamSink('out', output),
      signal: controller.signal,
    });
    expect(summary).toMatchObject({ aborted: true, framesIn: 5000, framesOut: 5000, warnings: [] });
    expect(output.bytes.length).toBe(44 + 5000 * 4);
  });

  it('ends with nothing written when the signal comes before the header', async () => {
    const { bytes, summary } = await run(new PassThrough(), { signal: AbortSignal.abort() });
    expect(bytes.length).toBe(0);
    expect(summary).toMatchObject({ aborted: true, format: null, framesOut: 0 });
  });

  it('ends without an error when the reader has gone: EPIPE', async () => {
    const output = new Writable({
      write: (_chunk, _encoding, done) =>
        done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE', errno: -32 })),
    });
    const { summary } = await run(wav16(noise16(2_000)), { output: streamSink('stdout', output) });
    expect(summary.readerGone).toBe(true);
  });

  it('names the output when it is full: ENOSPC', async () => {
    const output = new Writable({
      write: (_chunk, _encoding, done) =>
        done(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', errno: -28 })),
    });
    await expect(run(wav16(noise16(2_000)), { output: streamSink('out.wav', output) })).rejects.toMatchObject(
      {
        kind: 'output',
        message: 'out.wav: no space left on device',
      },
    );
  });

  it('names the input when reading it fails', async () => {
    const input = new Readable({
      read() {
        this.destroy(Object.assign(new Error('EIO'), { code: 'EIO', errno: -5 }));
      },
    });
    await expect(run(input, { inputName: 'in.wav' })).rejects.toMatchObject({
      kind: 'input',
      message: 'in.wav: i/o error',
    });
  });

  it('reports an interval every 10 ms of stream time and a total at the end, as JSON lines', async () => {
    const report = new Kept();
    const pipeline = definePipeline({ stages: [{ stage: 'analyzer', interval: 10, spectrum: false }] });
    await run(wav16(noise16(5_000)), { pipeline, report });
    const lines = report.bytes.toString().trimEnd().split('\n');
    const readings = lines.map((line) => JSON.parse(line));
    expect(readings.map(({ frame }) => frame)).toEqual([480, 960, 1440, 1920, 2400, 2500]);
    expect(readings.map(({ type }) => type)).toEqual([...Array(5).fill('reading'), 'total']);
  });

  it('holds the audio up while the reader of the report is behind', async () => {
    const report = new Writable({
      highWaterMark: 1,
      write: (_chunk, _encoding, done) => setTimeout(done, 5),
    });
    const { summary } = await run(wav16(noise16(9_600)), { pipeline: CHAIN, report, blockFrames: 480 });
    expect(summary.framesOut).toBe(4800);
    expect(summary.elapsed).toBeGreaterThan(0.05);
  });

  it('goes on without the report when that fails, and says so', async () => {
    const report = new Writable({
      write: (_chunk, _encoding, done) =>
        done(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', errno: -28 })),
    });
    const { summary } = await run(wav16(noise16(9_600)), { pipeline: CHAIN, report });
    expect(summary.framesOut).toBe(4800);
    expect(summary.warnings).toEqual(['report: no space left on device, readings are missing']);
  });

  it('counts the 1 sample that the guard replaced, places it at 0.020 s, and counts what the output clipped', async () => {
    const samples = new Float32Array(2000).fill(0.9);
    samples[960] = Number.NaN;
    const { summary } = await run(Buffer.from(samples.buffer), {
      pipeline: definePipeline({ stages: [{ stage: 'gain', gain: 6 }] }),
      raw: { sampleFormat: { encoding: 'f32', bigEndian: false }, sampleRate: 48000, channels: 1 },
      sampleFormat: 's16',
    });
    expect(summary.guard).toMatchObject({ replaced: 1, firstFrame: 960 });
    expect(summary.warnings[0]).toBe(
      '1 sample was not finite or above +60 dBFS and became 0: 1 in channel 1 (FC) at 0.020 s',
    );
    expect(summary.warnings[1]).toMatch(/^\d+ samples beyond full scale were clipped$/);
  });

  it('tells progress in seconds of audio, with the peak since it last did', async () => {
    const seen: number[] = [];
    await run(wav16(new Int16Array(96_000).fill(16_384)), {
      onProgress: ({ totalSeconds, peak }) => {
        expect(totalSeconds).toBe(1);
        seen.push(peak);
      },
    });
    expect(seen[0]).toBeCloseTo(-6.0206, 3);
  });
});
