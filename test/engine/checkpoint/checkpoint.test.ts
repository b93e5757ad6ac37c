import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Checkpoint, readCheckpoint } from '../../../src/engine/checkpoint/checkpoint.ts';
import { encodeCheckpoint } from '../../../src/engine/checkpoint/checkpoint-file.ts';
import { resumedOutput } from '../../../src/engine/checkpoint/resumed-output.ts';
import type { Resumption } from '../../../src/engine/checkpoint/resumption.ts';
import { fileSink, streamSink } from '../../../src/engine/files/output-sink.ts';
import {
  definePipeline,
  readPipelineFile,
  shippedPipelines,
} from '../../../src/engine/pipelines/pipeline-files.ts';
import { runPipeline } from '../../../src/engine/run/run.ts';
import type { RunOptions } from '../../../src/engine/run/run-options.ts';
import { planMoves } from '../../../src/graph/automation.ts';
import type { PipelineDefinition } from '../../../src/graph/pipeline.ts';
import type { Decision } from '../../../src/mastering/decision.ts';
import { onePassPipeline } from '../../../src/mastering/one-pass.ts';
import { BACKENDS } from '../../support/backends.ts';
import { aimFor } from '../../support/mastering.ts';
import { noise16, wav16 } from '../wav-file.ts';

const RATE = 48000;
const FRAMES = 18000;
const folder = mkdtempSync(join(tmpdir(), 'auralis-checkpoint-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string): string => join(folder, name);
let count = 0;

/** Noise that swells and has a pause, 16-bit stereo. */
const samples = noise16(2 * FRAMES, 3).map((v, n) =>
  Math.round(v * (0.55 + 0.45 * Math.sin(n / 9000)) * 0.9),
);
samples.fill(0, 2 * 8000, 2 * 14500);
const WAV = wav16(samples);

/** A writable that keeps what it gets. */
class Kept extends Writable {
  readonly pieces: Buffer[] = [];

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.pieces.push(Buffer.from(chunk));
    done();
  }

  get bytes(): Buffer {
    return Buffer.concat(this.pieces);
  }
}

/** Bytes in chunks of the given sizes, in turn; it does not end where `breaks` is given, but fails once that holds. */
async function* cut(bytes: Buffer, sizes: readonly number[], breaks?: () => boolean): AsyncGenerator<Buffer> {
  for (let at = 0, n = 0; at < bytes.length; n++) {
    yield bytes.subarray(at, at + sizes[n % sizes.length]);
    at += sizes[n % sizes.length];
  }
  if (!breaks) return;
  while (!breaks()) await pause(5);
  throw new Error('the power went');
}

type Case = Partial<RunOptions> & { readonly pipeline: PipelineDefinition };

async function whole(options: Case, bytes: Buffer, sizes: readonly number[] = [65536]): Promise<Buffer> {
  const kept = new Kept();
  await runPipeline({ input: Readable.from(cut(bytes, sizes)), output: streamSink('out', kept), ...options });
  return kept.bytes;
}

/** A run that is cut short at the end of `bytes`: what came out, and its latest checkpoint. */
async function broken(options: Case, bytes: Buffer, every: number, sizes = [65536], rate = RATE) {
  const path = file(`${count++}.ckpt`);
  const kept = new Kept();
  const run = runPipeline({
    input: Readable.from(cut(bytes, sizes, () => true)),
    output: streamSink('out', kept),
    checkpoint: { path, every: every / rate },
    ...options,
  });
  await expect(run).rejects.toThrow('the power went');
  return { head: kept.bytes, path, checkpoint: await readCheckpoint(path) };
}

async function goOn(
  options: Case,
  checkpoint: Checkpoint,
  bytes: Buffer,
  input: Resumption['input'] = 'start',
  sizes: readonly number[] = [65536],
): Promise<Buffer> {
  return whole({ ...options, resume: { checkpoint, input } }, bytes, sizes);
}

/** A WAV of what comes from a frame on. */
const restOf = (frame: number): Buffer => wav16(samples.subarray(2 * frame));

describe('a run that goes on from a checkpoint', () => {
  let pipelines: PipelineDefinition[] = [];
  beforeAll(async () => {
    const all = await Promise.all((await shippedPipelines()).map((name) => readPipelineFile(name)));
    pipelines = all.filter(({ inputs, outputs }) => inputs.length === 1 && outputs.length === 1);
  });
  const sizes = fc.array(fc.integer({ min: 500, max: 60_000 }), { minLength: 1, maxLength: 3 });

  it('has the bytes of one that never stopped: any pipeline, frame, chunks, blocks, backends, dither', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.integer({ min: 1, max: FRAMES }),
        fc.record({ before: sizes, after: sizes }),
        fc.tuple(fc.constantFrom(4096, 333), fc.constantFrom(4096, 1000)),
        fc.tuple(fc.constantFrom(...BACKENDS), fc.constant('wasm' as const)),
        fc.constantFrom('tpdf' as const, 'shaped' as const),
        fc.constantFrom('start' as const, 'rest' as const),
        async (pick, frame, chunks, blocks, backends, dither, input) => {
          const pipeline = pipelines[pick % pipelines.length];
          const expected = await whole({ pipeline, dither }, WAV);
          const first = { pipeline, dither, backend: backends[0], blockFrames: blocks[0] };
          const { head, checkpoint } = await broken(first, WAV, frame, chunks.before);
          const { inputFrame, outputByte } = checkpoint.position;
          expect(inputFrame).toBeGreaterThanOrEqual(frame);
          const second = { pipeline, dither, backend: backends[1], blockFrames: blocks[1] };
          const bytes = input === 'start' ? WAV : restOf(inputFrame);
          const tail = await goOn(second, checkpoint, bytes, input, chunks.after);
          expect(Buffer.concat([head.subarray(0, outputByte), tail]).equals(expected)).toBe(true);
        },
      ),
      { numRuns: 16 },
    );
  });

  it('has them where the rate changes, values glide, and a WAV follows another with its stages reset', async () => {
    const pipeline = definePipeline({
      stages: [
        { stage: 'gain', gain: -3 },
        { stage: 'resample', rate: 44_100 },
        { stage: 'compressor', threshold: -24, ratio: 3, lookahead: 3 },
        { stage: 'limiter', ceiling: -1 },
      ],
    });
    const automation = planMoves([{ at: 0.2, set: 'gain.gain', to: 6, over: 0.5 }], 'automation');
    const options = { pipeline, automation, onTrack: 'reset' as const };
    const two = Buffer.concat([WAV, WAV]);
    const expected = await whole(options, two);
    for (const every of [FRAMES - 1, FRAMES, FRAMES + 1, 2 * FRAMES - 10]) {
      const { head, checkpoint } = await broken(options, two, every, [30_000]);
      const tail = await goOn({ ...options, blockFrames: 700 }, checkpoint, two);
      const { outputByte } = checkpoint.position;
      expect(Buffer.concat([head.subarray(0, outputByte), tail]).equals(expected)).toBe(true);
    }
  });

  it('has them where the pipeline became an empty one, from where on no bit is lost to dither', async () => {
    const pipeline = definePipeline({ stages: [{ stage: 'limiter', ceiling: -6, lookahead: 20 }] });
    const automation = planMoves([{ frame: 3000, pipeline: { stages: [] } }], 'automation');
    const expected = await whole({ pipeline, automation }, WAV);
    const after = 4 * (3000 + 0.05 * RATE);
    expect(expected.subarray(-4 * FRAMES + after).equals(WAV.subarray(-4 * FRAMES + after))).toBe(true);
    for (const every of [5000, 7000]) {
      const { head, checkpoint } = await broken({ pipeline, automation }, WAV, every);
      const tail = await goOn({ pipeline, automation, blockFrames: 700 }, checkpoint, WAV);
      const { outputByte } = checkpoint.position;
      expect(Buffer.concat([head.subarray(0, outputByte), tail]).equals(expected)).toBe(true);
    }
  });

  it('has them where a controller masters in one pass, which decides what it would have decided', async () => {
    const aim = await aimFor();
    const rate = 8000;
    const bytes = wav16(
      noise16(2 * 9 * rate, 5).map((v, n) => Math.round(v * (0.3 + 0.2 * Math.sin(n / 30_000)))),
      { sampleRate: rate },
    );
    const run = (told: Decision[]) => ({
      pipeline: definePipeline(onePassPipeline(aim, 200)),
      onDecision: (one: Decision) => {
        told.push(one);
      },
    });
    const told: Decision[] = [];
    const expected = await whole(run(told), bytes);
    const before: Decision[] = [];
    const { head, checkpoint } = await broken(
      run(before),
      bytes.subarray(0, 6.7 * rate * 4),
      5.3 * rate,
      [65_536],
      rate,
    );
    const after: Decision[] = [];
    const tail = await goOn(run(after), checkpoint, bytes);
    const { outputByte, seconds, inputFrame } = checkpoint.position;
    expect(seconds).toBeGreaterThan(4);
    expect(Buffer.concat([head.subarray(0, outputByte), tail]).equals(expected)).toBe(true);
    const until = inputFrame / rate;
    expect([...before.filter(({ time }) => time < until), ...after]).toEqual(told);
    expect(after.length).toBeGreaterThan(1);
  });
});

describe('an output file', () => {
  const pipeline = definePipeline({ stages: [{ stage: 'limiter', ceiling: -3 }] });
  const start = (name: string, bytes: Buffer, more: Partial<RunOptions> = {}) =>
    runPipeline({
      pipeline,
      input: Readable.from(cut(bytes, [10_000], () => existsSync(file(`${name}.ckpt`)))),
      output: fileSink(file(name), { overwrite: false }),
      checkpoint: { path: file(`${name}.ckpt`), every: 0.06 },
      ...more,
    });
  const resume = async (name: string, more: Partial<RunOptions> = {}) => {
    const checkpoint = await readCheckpoint(file(`${name}.ckpt`));
    return runPipeline({
      pipeline,
      input: Readable.from([WAV]),
      output: await resumedOutput(file(name), checkpoint, { overwrite: false }),
      resume: { checkpoint, input: 'start' },
      ...more,
    });
  };

  it('stays under its unfinished name when the run fails, is gone on with, and has its name at the end', async () => {
    const expected = await whole({ pipeline }, WAV);
    await expect(start('a.wav', WAV.subarray(0, 60_000))).rejects.toThrow('the power went');
    const { unfinished, position } = await readCheckpoint(file('a.wav.ckpt'));
    expect(unfinished!.file).toMatch(/^\.auralis-stream-[0-9a-f]{12}\.part$/);
    expect(readFileSync(file(unfinished!.file)).length).toBeGreaterThanOrEqual(position.outputByte);
    expect(existsSync(file('a.wav'))).toBe(false);
    const { framesOut, framesIn } = await resume('a.wav');
    expect([framesIn, framesOut]).toEqual([FRAMES, FRAMES]);
    expect(readFileSync(file('a.wav')).equals(expected)).toBe(true);
    expect(existsSync(file(unfinished!.file))).toBe(false);
  });

  it('is gone on with where --partial gave it its name, its header put right again', async () => {
    const expected = await whole({ pipeline }, WAV);
    await expect(start('b.wav', WAV.subarray(0, 60_000), { partial: true })).rejects.toThrow('the power');
    expect(existsSync(file('b.wav'))).toBe(true);
    await resume('b.wav');
    expect(readFileSync(file('b.wav')).equals(expected)).toBe(true);
  });

  it('is left as it is where it is not what the run wrote, is refused where it is gone, or beside another', async () => {
    await expect(start('c.wav', WAV.subarray(0, 60_000))).rejects.toThrow('the power went');
    const checkpoint = await readCheckpoint(file('c.wav.ckpt'));
    const part = file(checkpoint.unfinished!.file);
    const bytes = readFileSync(part);
    writeFileSync(file('c.wav'), 'mine');
    await expect(resume('c.wav')).rejects.toThrow('exists beside what the run left, add --force');
    writeFileSync(
      part,
      bytes.map((byte) => byte ^ 1),
    );
    await expect(resume('c.wav')).rejects.toThrow('is not what the run of the checkpoint wrote, it stays');
    rmSync(part);
    await expect(resume('c.wav')).rejects.toThrow('c.wav: is not what the run of the checkpoint wrote');
    expect(readFileSync(file('c.wav'), 'utf8')).toBe('mine');
    rmSync(file('c.wav'));
    await expect(resume('c.wav')).rejects.toMatchObject({ kind: 'output' });
  });

  it('takes its checkpoint along: there is none at a complete end', async () => {
    const summary = await runPipeline({
      pipeline,
      input: Readable.from(cut(WAV, [3000])),
      output: fileSink(file('d.wav')),
      checkpoint: { path: file('d.ckpt'), every: 0.05 },
    });
    expect(summary.checkpoint).toBe(null);
    expect(summary.warnings).toEqual([]);
    expect(existsSync(file('d.ckpt'))).toBe(false);
  });

  it('goes on without checkpoints that can not be written, and says so', async () => {
    const told: string[] = [];
    const { warnings } = await runPipeline({
      pipeline,
      input: Readable.from(cut(WAV, [3000])),
      output: fileSink(file('e.wav')),
      checkpoint: { path: file('none/e.ckpt'), every: 0.05, onFailure: (line) => told.push(line) },
    });
    expect(told).toEqual([`${file('none/e.ckpt')}: no such file or directory, the run goes on without`]);
    expect(warnings).toHaveLength(1);
    expect(readFileSync(file('e.wav')).equals(await whole({ pipeline }, WAV))).toBe(true);
  });
});

describe('a checkpoint is refused', () => {
  const pipeline = definePipeline({ name: 'mine', stages: [{ stage: 'limiter', ceiling: -3 }] });
  let taken: { checkpoint: Checkpoint; path: string };
  beforeAll(async () => {
    taken = await broken({ pipeline, seed: 3 }, WAV, 12_000, [40_000]);
  });
  const refusal = (options: Partial<Case>, bytes = WAV, input: Resumption['input'] = 'start') =>
    expect(goOn({ pipeline, seed: 3, ...options }, taken.checkpoint, bytes, input)).rejects;

  it('when it is damaged at any place, or cut short', async () => {
    const bytes = readFileSync(taken.path);
    for (const at of [12, 16, 400, Math.floor(bytes.length / 2), bytes.length - 40, bytes.length - 1]) {
      const damaged = Buffer.from(bytes);
      damaged[at] ^= 4;
      writeFileSync(file('damaged.ckpt'), damaged);
      await expect(readCheckpoint(file('damaged.ckpt'))).rejects.toThrow('is damaged: its checksum');
    }
    for (const length of [10, 40, 500, bytes.length - 1]) {
      writeFileSync(file('damaged.ckpt'), bytes.subarray(0, length));
      await expect(readCheckpoint(file('damaged.ckpt'))).rejects.toMatchObject({ kind: 'input' });
    }
  });

  it('when it is something else, has another format, is of another version, or is not there', async () => {
    writeFileSync(file('other.ckpt'), WAV);
    await expect(readCheckpoint(file('other.ckpt'))).rejects.toThrow('is no checkpoint of auralis-stream');
    const bytes = Buffer.from(readFileSync(taken.path));
    bytes.writeUInt32LE(9, 8);
    writeFileSync(file('other.ckpt'), bytes);
    await expect(readCheckpoint(file('other.ckpt'))).rejects.toThrow('has format 9, this version reads 1');
    const [head, text, ...rest] = encodeCheckpoint(taken.checkpoint);
    const older = Buffer.from(
      Buffer.from(text)
        .toString()
        .replace(/"version":"[^"]+"/, '"version":"0.0.1"'),
    );
    const start = Buffer.from(head);
    start.writeUInt32LE(older.length, 12);
    const body = [start, older, ...rest.slice(0, -1)];
    const digest = createHash('sha256').update(Buffer.concat(body)).digest();
    writeFileSync(file('other.ckpt'), Buffer.concat([...body, digest]));
    await expect(readCheckpoint(file('other.ckpt'))).rejects.toThrow('was written by version 0.0.1, this is');
    await expect(readCheckpoint(file('none.ckpt'))).rejects.toThrow('no such file or directory');
  });

  it('with another pipeline, another value of a parameter, or moves that were not announced', async () => {
    const other = definePipeline({ name: 'mine', stages: [{ stage: 'limiter', ceiling: -2 }] });
    const automation = planMoves([{ at: 0.1, set: 'limiter.ceiling', to: -6 }], 'automation');
    await refusal({ pipeline: other }).toMatchObject({ kind: 'pipeline' });
    await refusal({ pipeline: other }).toThrow('mine: is not the pipeline of the checkpoint ("mine")');
    await refusal({ automation }).toThrow('mine: the automation is not the one of the checkpoint');
  });

  it('under other conditions: seed, dither, samples, tracks', async () => {
    await refusal({ seed: 0 }).toThrow('the checkpoint is of a run with seed 3, this one has 0');
    await refusal({ dither: 'none' }).toThrow('with dither tpdf, this one has none');
    await refusal({ sampleFormat: 's24' }).toThrow('with samples as they come in, this one has s24');
    await refusal({ onTrack: 'reset' }).toMatchObject({ kind: 'usage' });
  });

  it('with another input: rate, channels, samples, length, or one that ends too early', async () => {
    await refusal({}, wav16(samples, { sampleRate: 44_100 })).toThrow(
      'input: 44100 Hz, 2 channels (FL FR) s16; the checkpoint is of 48000 Hz, 2 channels (FL FR) s16',
    );
    await refusal({}, wav16(samples, { channels: 1 })).toMatchObject({ kind: 'input' });
    await refusal({}, wav16(samples.subarray(0, 34_000))).toThrow('has 17000 frames');
    await refusal({}, wav16(samples.subarray(0, 20_000), { announced: FRAMES })).toThrow(
      /input: ends at frame 10000, the checkpoint is of frame \d{5}/,
    );
    await refusal({}, wav16(samples, { channels: 1 }), 'rest').toMatchObject({ kind: 'input' });
  });

  it('with an output that no part can be gone on with, or a pipeline with further ends', async () => {
    const checkpoint = { path: file('never.ckpt'), every: 1 };
    const output = {
      ...streamSink('song.mp3', new Kept()),
      unfinished: undefined,
      samplesFor: () => 'f32' as const,
    };
    await refusal({ output, checkpoint }).toThrow('song.mp3: is encoded by ffmpeg');
    const two = definePipeline({
      name: 'two',
      inputs: ['a', 'b'],
      stages: [{ stage: 'mix', input: ['a', 'b'] }],
    });
    await refusal({ pipeline: two, checkpoint }).toThrow('two: has the further input "b"');
  });
});
