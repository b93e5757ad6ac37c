import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { fileSink, streamSink } from '../../src/engine/files/output-sink.ts';
import { runPipeline } from '../../src/engine/run/run.ts';
import type { RunOptions } from '../../src/engine/run/run-options.ts';
import type { RunSummary } from '../../src/engine/run/run-summary.ts';
import { definePipeline } from '../../src/graph/parse-pipeline.ts';
import { withFormat } from '../../src/graph/with-format.ts';
import { flacBytes } from '../fixtures/flac-bytes.ts';
import { noise16, wav16 } from './wav-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'auralis-ends-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A writable that keeps what it gets, each piece after a pause. */
class Kept extends Writable {
  readonly pieces: Buffer[] = [];
  readonly #pause: number;

  constructor(pause = 0) {
    super({ highWaterMark: 1 });
    this.#pause = pause;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.pieces.push(Buffer.from(chunk));
    if (this.#pause > 0) setTimeout(done, this.#pause);
    else done();
  }

  get bytes(): Buffer {
    return Buffer.concat(this.pieces);
  }
}

function* cut(bytes: Buffer, sizes: readonly number[]): Generator<Buffer> {
  for (let at = 0, n = 0; at < bytes.length; n++) {
    yield bytes.subarray(at, at + sizes[n % sizes.length]);
    at += sizes[n % sizes.length];
  }
}

const samplesOf = (bytes: Buffer): Int16Array => new Int16Array(new Uint8Array(bytes.subarray(44)).buffer);
const input = (bytes: Buffer, sizes = [bytes.length]) => ({
  name: 'bed.wav',
  stream: Readable.from(cut(bytes, sizes)),
});

const STEMS = definePipeline({
  stages: [
    { stage: 'limiter', id: 'late', ceiling: -6, lookahead: 5 },
    { stage: 'gain', gain: -3 },
  ],
  outputs: { main: 'gain', stem: 'late', dry: 'in' },
});
const SUM = definePipeline({
  inputs: ['voice', 'music'],
  stages: [{ stage: 'mix', input: ['voice', 'music'] }],
});
const VOICE = wav16(noise16(8000, 2));

async function run(
  options: Partial<RunOptions>,
): Promise<{ readonly main: Buffer; readonly summary: RunSummary }> {
  const main = new Kept();
  const summary = await runPipeline({
    pipeline: SUM,
    input: Readable.from([VOICE]),
    inputName: 'voice.wav',
    output: streamSink('out', main),
    ...options,
  });
  return { main: main.bytes, summary };
}

describe('further outputs', () => {
  it('are whole WAVs of the same length; one that nothing touched has the bytes of the input', async () => {
    const [stem, dry] = [new Kept(), new Kept()];
    const { main } = await run({
      pipeline: STEMS,
      outputs: { stem: streamSink('stem', stem), dry: streamSink('dry', dry) },
    });
    expect(dry.bytes.equals(VOICE)).toBe(true);
    expect([main.length, stem.bytes.length]).toEqual([VOICE.length, VOICE.length]);
    const ratio = samplesOf(main).map((v, i) => Math.abs(v - samplesOf(stem.bytes)[i] * 10 ** (-3 / 20)));
    // Both are dithered by up to 1 and rounded.
    expect(Math.max(...ratio)).toBeLessThan(4);
  });

  it('hold each other: a slow stem of 40 pieces is waited for, and never has more than one piece waiting', async () => {
    const slow = new Kept(5);
    let most = 0;
    slow.on('drain', () => {
      most = Math.max(most, slow.writableLength);
    });
    const bytes = wav16(noise16(800_000));
    const { summary } = await run({
      pipeline: definePipeline({ stages: [], outputs: { main: 'in', stem: 'in' } }),
      input: Readable.from(cut(bytes, [40_000])),
      outputs: { stem: streamSink('stem', slow) },
    });
    expect(slow.bytes.equals(bytes)).toBe(true);
    expect(slow.pieces.length).toBeGreaterThan(30);
    expect(summary.elapsed).toBeGreaterThan(slow.pieces.length * 0.004);
    expect(most).toBeLessThanOrEqual(256 * 1024);
  });

  it('are finished where what there is shall stay, sizes in their headers, when the run is interrupted after 5000 frames', async () => {
    const controller = new AbortController();
    const stream = new PassThrough();
    stream.write(wav16(noise16(10_000), { announced: 100_000 }));
    setTimeout(() => controller.abort(), 150);
    const paths = ['stem', 'dry'].map((name) => join(folder, `${name}.wav`));
    const outputs = { stem: fileSink(paths[0]), dry: fileSink(paths[1]) };
    const { summary } = await run({
      pipeline: STEMS,
      input: stream,
      signal: controller.signal,
      outputs,
      partial: true,
    });
    expect(summary).toMatchObject({ aborted: true, framesOut: 5000 });
    for (const path of paths) {
      const bytes = readFileSync(path);
      expect(bytes.length).toBe(44 + 5000 * 4);
      expect(bytes.readUInt32LE(40)).toBe(5000 * 4);
    }
  });

  it('that fail stop the run, are named, and leave the others readable', async () => {
    const full = new Writable({
      write: (_chunk, _encoding, done) =>
        done(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', errno: -28 })),
    });
    const path = join(folder, 'other.wav');
    await expect(
      run({
        pipeline: STEMS,
        input: Readable.from(cut(wav16(noise16(400_000)), [50_000])),
        outputs: { stem: streamSink('stem.wav', full), dry: fileSink(path) },
        partial: true,
      }),
    ).rejects.toMatchObject({ kind: 'output', message: 'stem.wav: no space left on device' });
    const bytes = readFileSync(path);
    expect(bytes.readUInt32LE(40)).toBe(bytes.length - 44);
  });

  it('go on without a reader that went away, and say so', async () => {
    const gone = new Writable({
      write: (_chunk, _encoding, done) =>
        done(Object.assign(new Error('EPIPE'), { code: 'EPIPE', errno: -32 })),
    });
    const dry = new Kept();
    const { summary } = await run({
      pipeline: STEMS,
      outputs: { stem: streamSink('fd:3', gone), dry: streamSink('dry', dry) },
    });
    expect(dry.bytes.equals(VOICE)).toBe(true);
    expect(summary.warnings).toEqual(['fd:3: its reader went away, the run went on without it']);
  });
});

describe('further inputs', () => {
  it('end in silence where they are shorter, and are cut where they are longer', async () => {
    for (const frames of [1000, 9000]) {
      const { main, summary } = await run({ inputs: { music: input(wav16(noise16(2 * frames, 3))) } });
      expect(summary).toMatchObject({ framesIn: 4000, framesOut: 4000, warnings: [] });
      expect(main.length).toBe(VOICE.length);
    }
    const { main } = await run({ sampleFormat: 'f32', inputs: { music: input(wav16(noise16(2000, 3))) } });
    const { main: alone } = await run({ sampleFormat: 'f32', inputs: { music: input(wav16(noise16(0))) } });
    expect(main.subarray(-3000 * 8).equals(alone.subarray(-3000 * 8))).toBe(true);
  });

  it('give the same bytes for random chunkings of both and any block size', async () => {
    const music = wav16(noise16(5000, 9));
    const { main: whole } = await run({ inputs: { music: input(music) } });
    const sizes = fc.array(fc.integer({ min: 1, max: 4000 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(sizes, sizes, fc.constantFrom(7, 500, 4096), async (a, b, blockFrames) => {
        const { main } = await run({
          input: Readable.from(cut(VOICE, a)),
          inputs: { music: input(music, b) },
          blockFrames,
        });
        expect(main.equals(whole)).toBe(true);
      }),
      { numRuns: 12 },
    );
  });

  it('are heard in all channels when they have one, also the first: mono and stereo give stereo', async () => {
    const mono = wav16(new Int16Array(4000).fill(1000), { channels: 1 });
    const stereo = wav16(Int16Array.from({ length: 8000 }, (_, i) => (i % 2 === 0 ? 500 : -500)));
    for (const [first, second] of [
      [mono, stereo],
      [stereo, mono],
    ]) {
      const { main } = await run({
        input: Readable.from([first]),
        inputs: { music: input(second) },
        sampleFormat: 'f32',
      });
      const samples = new Float32Array(new Uint8Array(main.subarray(-8000 * 4)).buffer);
      expect([...samples.slice(0, 2)]).toEqual([1500 / 32768, 500 / 32768]);
    }
  });

  it('of 48 and 44.1 kHz with --rate 48000: the second is bit for bit what it becomes alone, the first as it was', async () => {
    const music = wav16(noise16(8000, 2), { sampleRate: 44_100 });
    const [both, alone] = [SUM, definePipeline({ stages: [] })].map((pipeline) =>
      withFormat(pipeline, { rate: 48_000 }),
    );
    const silence = wav16(new Int16Array(8000));
    const shape = { sampleFormat: 'f32', dither: 'none' } as const;
    const { main } = await run({
      ...shape,
      pipeline: both,
      input: Readable.from([silence]),
      inputs: { music: input(music, [999]) },
    });
    const wanted = await run({ ...shape, pipeline: alone, input: Readable.from([music]), inputs: {} });
    const bytes = (wav: Buffer): Buffer => wav.subarray(wav.indexOf('data') + 8).subarray(0, 4000 * 8);
    expect(bytes(main).length).toBe(4000 * 8);
    expect(bytes(main).equals(bytes(wanted.main))).toBe(true);
    const swapped = await run({
      ...shape,
      pipeline: both,
      input: Readable.from([music]),
      inputs: { music: input(silence) },
    });
    // 4000 frames at 44.1 kHz become 4354, and the header on a pipe says so.
    expect(swapped.main.equals(wanted.main)).toBe(true);
  });

  it('need one rate, and one number of channels or a single one; both names are said', async () => {
    await expect(
      run({ inputs: { music: input(wav16(noise16(100), { sampleRate: 44100 })) } }),
    ).rejects.toMatchObject({
      kind: 'input',
      message:
        'voice.wav: has 48000 Hz and bed.wav 44100 Hz, all inputs need the same rate, or --rate for all',
    });
    await expect(run({ inputs: { music: input(wav16(noise16(300), { channels: 3 })) } })).rejects.toThrow(
      'voice.wav: 3 channels in bed.wav and 2 in voice.wav, all inputs need as many, or one',
    );
  });

  it('are named when they are no audio or end early', async () => {
    await expect(run({ inputs: { music: input(Buffer.from('no audio at all, a text')) } })).rejects.toThrow(
      /^bed\.wav: not an audio file we read/,
    );
    const short = wav16(noise16(200), { announced: 900 });
    const { summary } = await run({ inputs: { music: input(short) } });
    expect(summary.warnings).toEqual(['bed.wav: input ended early: 800 of 900 announced frames are missing']);
  });

  it.each([
    ['as long as the first', 10_000],
    ['longer than the first', 4000],
  ])('may be FLAC on a pipe, %s, and where that is damaged it is said by its name', async (_what, frames) => {
    const { start, frames: blocks } = flacBytes(noise16(10_000));
    blocks[10][200] ^= 1;
    const { summary } = await run({
      input: Readable.from([wav16(noise16(2 * frames), { sampleRate: 44100 })]),
      inputs: { music: input(Buffer.concat([start, ...blocks]), [700]) },
    });
    expect(summary.framesIn).toBe(frames);
    expect(summary.warnings).toEqual([
      'bed.wav: damaged: 192 frames from frame 1920 on are lost, and silent in the output',
    ]);
  });

  it('that keep the run waiting are let go when it is interrupted: what has come goes out', async () => {
    const controller = new AbortController();
    const music = new PassThrough();
    music.write(wav16(noise16(2000, 3), { announced: 9000 }));
    setTimeout(() => controller.abort(), 150);
    const { summary, main } = await run({
      inputs: { music: { name: 'bed.wav', stream: music } },
      signal: controller.signal,
      blockFrames: 500,
    });
    expect(summary.aborted).toBe(true);
    expect(main.length).toBe(VOICE.length);
  });

  it('must be given, and no others', async () => {
    await expect(run({})).rejects.toThrow('nothing is given for the pipeline\'s input "music"');
    await expect(run({ inputs: { music: input(VOICE), musc: input(VOICE) } })).rejects.toThrow(
      'the pipeline has no further input "musc", did you mean "music"?',
    );
  });
});
