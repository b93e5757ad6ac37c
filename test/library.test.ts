import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Duplex, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import chain from 'stream-chain';
import { afterAll, describe, expect, it } from 'vitest';
import {
  type AudioBlock,
  audioFormat,
  compressor,
  createBlock,
  decodeWav,
  encodeWav,
  eq,
  gain,
  limiter,
  loadPipeline,
} from '../src/index.ts';
import { maxAbsDifference, programme, type Signal, sine } from './support/signals.ts';

const FORMAT = audioFormat(48000, 2);

/** A signal cut into blocks of the given sizes, in turn. */
function blocksOf(signal: Signal, sizes: readonly number[], format = FORMAT): AudioBlock[] {
  const blocks: AudioBlock[] = [];
  for (let start = 0, turn = 0; start < signal[0].length; turn++) {
    const frames = Math.min(sizes[turn % sizes.length], signal[0].length - start);
    const block = createBlock(format, frames, start);
    block.channels.forEach((channel, n) => {
      channel.set(signal[n].subarray(start, start + frames));
    });
    blocks.push(block);
    start += frames;
  }
  return blocks;
}

/** All frames of a list of blocks, one after the other. */
function signalOf(blocks: readonly AudioBlock[], channels = 2): Signal {
  return Array.from({ length: channels }, (_, n) =>
    Float32Array.from(blocks.flatMap((block) => [...block.channels[n].subarray(0, block.frames)])),
  );
}

async function collect(stream: AsyncIterable<unknown>): Promise<AudioBlock[]> {
  const blocks: AudioBlock[] = [];
  for await (const block of stream) blocks.push(block as AudioBlock);
  return blocks;
}

describe('a stage as a Transform', () => {
  const input = programme(2, 9000, 1);
  const settings = { ceiling: -6, lookahead: 3 };

  it('gives the same bits however the blocks are cut, in stream.pipeline, in a chain and in for await', async () => {
    const outputs: Signal[] = [];
    for (const sizes of [[9000], [1, 2, 700], [4096], [5000, 13]]) {
      const blocks = await collect(Readable.from(blocksOf(input, sizes)).pipe(limiter(settings)));
      outputs.push(signalOf(blocks));
    }
    const chained = chain([limiter(settings)]);
    outputs.push(signalOf(await collect(Readable.from(blocksOf(input, [777])).pipe(chained) as Duplex)));
    const received: AudioBlock[] = [];
    await pipeline(Readable.from(blocksOf(input, [50])), limiter(settings), async (blocks) => {
      for await (const block of blocks) received.push(block);
    });
    outputs.push(signalOf(received));
    for (const output of outputs) expect(maxAbsDifference(output, outputs[0])).toBe(0);
    expect(outputs[0][0].length).toBe(9000);
  });

  it('numbers its blocks by the frame they begin with, without a gap', async () => {
    const blocks = await collect(Readable.from(blocksOf(input, [999])).pipe(limiter(settings)));
    let next = 0;
    for (const { start, frames } of blocks) {
      expect(start).toBe(next);
      next += frames;
    }
  });

  it('prepares itself anew when the format changes, and loses no frame at the seam', async () => {
    const mono = audioFormat(44100, 1);
    const blocks = [...blocksOf(input, [1000]), ...blocksOf([input[0]], [1000], mono)];
    const output = await collect(Readable.from(blocks).pipe(limiter(settings)));
    const frames = (channels: number): number =>
      output
        .filter(({ format }) => format.channels === channels)
        .reduce((sum, block) => sum + block.frames, 0);
    expect([frames(2), frames(1)]).toEqual([9000, 9000]);
  });

  it('glides to a new value of a live parameter: a gain set to -20 dB arrives within 0.01 dB', async () => {
    const stage = gain({ gain: 0 });
    const tone = sine(FORMAT, 24000, 1000, 0.5);
    const blocks = blocksOf(tone, [2400]);
    const output: AudioBlock[] = [];
    stage.on('data', (block: AudioBlock) => output.push(block));
    for (const [n, block] of blocks.entries()) {
      await new Promise((resolve) => stage.write(block, resolve));
      if (n === 3) stage.set({ gain: -20 });
    }
    await new Promise((resolve) => stage.end(resolve));
    const last = signalOf(output)[0].subarray(-4800);
    expect(20 * Math.log10(Math.max(...last) / 0.5)).toBeCloseTo(-20, 2);
  });

  it('fades to a value that needs a new start, and loses no frame: a lookahead of 3 becomes 12 ms', async () => {
    const quiet = programme(2, 96_000, 4, 0.2);
    const stage = limiter({ ceiling: 0, lookahead: 3 });
    const output: AudioBlock[] = [];
    stage.on('data', (block: AudioBlock) => output.push(block));
    for (const [n, block] of blocksOf(quiet, [4000]).entries()) {
      if (n === 2) stage.set({ lookahead: 12 });
      await new Promise((resolve) => stage.write(block, resolve));
    }
    await new Promise((resolve) => stage.end(resolve));
    expect(maxAbsDifference(signalOf(output), quiet)).toBe(0);
  });

  it('says in one line what is wrong with its parameters', () => {
    expect(() => compressor({ ratio: 0 })).toThrow(
      'compressor.ratio: 0 is out of range, allowed is 1 to 100 :1',
    );
    expect(() => eq({ band: [] } as never)).toThrow('eq: unknown "band", did you mean "bands"?');
  });

  it('refuses bytes where blocks belong', async () => {
    await expect(pipeline(Readable.from([Buffer.from('RIFF')]), limiter(), async () => {})).rejects.toThrow(
      'expected an AudioBlock; put decodeWav() in front',
    );
  });
});

describe('a pipeline as a Transform', () => {
  it('keeps its settings when the format changes: -20 dB at 48 kHz stays -20 dB at 44.1 kHz', async () => {
    const pipeline = await loadPipeline({ stages: [{ stage: 'gain' }] });
    pipeline.set('gain.gain', -20);
    const other = audioFormat(44100, 2);
    const tone = sine(FORMAT, 4800, 1000, 0.5);
    const blocks = [...blocksOf(tone, [4800]), ...blocksOf(tone, [4800], other)];
    for (const { channels } of await collect(Readable.from(blocks).pipe(pipeline))) {
      expect(Math.max(...channels[0])).toBeCloseTo(0.05, 6);
    }
  });

  it('loads a shipped one by name, with settings, and meters it', async () => {
    const mastering = await loadPipeline('mastering', { set: ['limiter.ceiling=-9'] });
    const input = programme(2, 48000, 2);
    const output = signalOf(await collect(Readable.from(blocksOf(input, [4096])).pipe(mastering)));
    expect(output[0].length).toBe(48000);
    expect(Math.max(...output[0])).toBeLessThanOrEqual(10 ** (-9 / 20));
    expect(mastering.meters().limiter.maxReduction).toBeLessThan(0);
  });

  it('goes on from a snapshot to the bit, in another Transform on the other backend, and numbers its blocks on', async () => {
    const input = programme(2, 30_000, 4);
    const blocks = blocksOf(input, [1500]);
    const whole = await collect(Readable.from(blocks).pipe(await loadPipeline('mastering')));
    const first = await loadPipeline('mastering');
    const head: AudioBlock[] = [];
    first.on('data', (block: AudioBlock) => head.push(block));
    expect(() => first.snapshot()).toThrow('no block has come yet');
    for (const block of blocks.slice(0, 8)) await new Promise((resolve) => first.write(block, resolve));
    const second = await loadPipeline('mastering', { backend: 'reference', blockFrames: 700 });
    second.restore(structuredClone(first.snapshot()));
    const tail = await collect(Readable.from(blocks.slice(8)).pipe(second));
    expect(maxAbsDifference(signalOf([...head, ...tail]), signalOf(whole))).toBe(0);
    expect(tail[0].start).toBe(head.reduce((sum, { frames }) => sum + frames, 0));
    expect(() => second.restore(first.snapshot())).toThrow('blocks have come already');
    const other = await loadPipeline('podcast');
    other.restore(first.snapshot());
    await expect(collect(Readable.from(blocks).pipe(other))).rejects.toThrow(
      'the snapshot is of the pipeline "mastering", this is another: "podcast"',
    );
  });

  it('takes JSON as a value and names what is wrong with it', async () => {
    await expect(loadPipeline({ stages: [{ stage: 'limitr' }] })).rejects.toThrow('did you mean "limiter"?');
    await expect(loadPipeline('masterin')).rejects.toThrow('did you mean "mastering"?');
  });
});

describe('examples', () => {
  const folder = mkdtempSync(join(tmpdir(), 'auralis-examples-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const example = (name: string): string => fileURLToPath(new URL(`../examples/${name}`, import.meta.url));

  it('run as they stand: 96,000 frames mastered, and 2 s of levels printed', async () => {
    const input = join(folder, 'in.wav');
    const bytes: Buffer[] = [];
    const blocks = Readable.from(blocksOf(programme(2, 96000, 3), [4096]));
    await pipeline(blocks, encodeWav({ sampleFormat: 's16' }), async (chunks) => {
      for await (const chunk of chunks) bytes.push(chunk);
    });
    writeFileSync(input, Buffer.concat(bytes));
    const output = join(folder, 'out.wav');
    execFileSync(process.execPath, [example('master-a-file.js'), input, output], { stdio: 'pipe' });
    const decoded = await collect(Readable.from([readFileSync(output)]).pipe(decodeWav()));
    expect(decoded.reduce((sum, { frames }) => sum + frames, 0)).toBe(96000);

    const printed = execFileSync(process.execPath, [example('stages-by-hand.js')], {
      input: readFileSync(input),
      encoding: 'utf8',
    });
    expect(printed).toMatch(/^0 s: 0\.\d{4}\n1 s: 0\.\d{4}\n$/);
  });
});
