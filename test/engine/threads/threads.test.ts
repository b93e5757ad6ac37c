import { PassThrough, Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { audioFormat } from '../../../src/audio/format.ts';
import { streamSink } from '../../../src/engine/files/output-sink.ts';
import { runPipeline } from '../../../src/engine/run/run.ts';
import type { RunOptions } from '../../../src/engine/run/run-options.ts';
import type { RunSummary } from '../../../src/engine/run/run-summary.ts';
import { crewFor } from '../../../src/engine/threads/crew-for.ts';
import { RingReader, RingWriter, ringMemory } from '../../../src/engine/threads/frame-ring.ts';
import { cutEvenly, dearest, pays } from '../../../src/engine/threads/share-nodes.ts';
import { endsCost, stageCosts } from '../../../src/engine/threads/stage-costs.ts';
import { hireThreads } from '../../../src/engine/threads/thread-crew.ts';
import { planMoves } from '../../../src/graph/automation.ts';
import type { PipelineDefinition } from '../../../src/graph/definition.ts';
import { definePipeline } from '../../../src/graph/pipeline.ts';
import { programme } from '../../support/signals.ts';
import { chunked, floatWav } from '../wav-of.ts';

const WAV = floatWav(programme(2, 30_000, 7, 0.4));

/** Every kind of node that can stand at a cut: ports, a key, a sum of signals of several latencies, dry and wet. */
const GRAPH = {
  stages: [
    { stage: 'highpass', freq: 30 },
    { stage: 'crossover', id: 'bands', freqs: [300] },
    { stage: 'compressor', id: 'low', input: 'bands.low', threshold: -30, lookahead: 7 },
    { stage: 'compressor', id: 'high', input: 'bands.high', key: 'low', threshold: -30, mix: 0.5 },
    { stage: 'mix', id: 'sum', input: ['low', 'high', { from: 'in', gain: -9 }] },
    { stage: 'analyzer', id: 'look', interval: 100 },
    { stage: 'limiter', ceiling: -3 },
  ],
};

interface Result {
  readonly bytes: Buffer;
  readonly summary: RunSummary;
  readonly report: string;
}

async function run(
  pipeline: PipelineDefinition,
  options: Partial<RunOptions> & { readonly chunk?: number; readonly wav?: Buffer } = {},
): Promise<Result> {
  const { chunk = 10_000, wav = WAV, ...rest } = options;
  const [output, report] = [new PassThrough(), new PassThrough()];
  const [bytes, lines] = [output, report].map((stream) => stream.toArray());
  // A run that fails destroys its output.
  for (const one of [bytes, lines]) one.catch(() => {});
  const input = chunked(wav, chunk);
  const summary = await runPipeline({ pipeline, input, output: streamSink('out', output), report, ...rest });
  output.end();
  return {
    bytes: Buffer.concat(await bytes),
    summary,
    report: Buffer.concat(await lines).toString(),
  };
}

/** Threads that came while `work` ran, and those of them that were still there when it was done. */
async function threadsOf(work: () => Promise<unknown>): Promise<{ hired: number; left: number }> {
  const seen = { hired: 0, left: 0 };
  const count = (worker: Worker): void => {
    seen.hired += 1;
    seen.left += 1;
    worker.once('exit', () => {
      seen.left -= 1;
    });
  };
  process.on('worker', count);
  await work();
  process.off('worker', count);
  return { ...seen };
}

/** Chains and forks of stages whose state, latency or ports a cut could harm. */
const graph = fc
  .array(
    fc.tuple(
      fc.constantFrom<object>(
        { stage: 'eq', bands: [{ freq: 900, gain: 5 }] },
        { stage: 'compressor', threshold: -35, lookahead: 3 },
        { stage: 'limiter', ceiling: -12 },
        { stage: 'delay', frames: 77 },
        { stage: 'mid-side' },
        { stage: 'gain', gain: -3, mix: 0.5 },
      ),
      fc.nat(),
      fc.nat(),
    ),
    { minLength: 2, maxLength: 8 },
  )
  .map((picks) => {
    const ids = ['in'];
    const stages = picks.map(([settings, a, b], n) => {
      const input = [...new Set([ids[a % ids.length], ids[b % ids.length]])];
      ids.push('stage' in settings && settings.stage === 'mid-side' ? `s${n}.side` : `s${n}`);
      return { ...settings, id: `s${n}`, input };
    });
    return { stages: [...stages, { stage: 'mix', input: ids }] };
  });

describe('a run on 2 and 3 threads', () => {
  it('gives the bytes of one thread, for random graphs, chunks and blocks', async () => {
    const sizes = fc.record({
      threads: fc.constantFrom(2, 3),
      chunk: fc.integer({ min: 999, max: 70_000 }),
      // The output is 64 blocks late: of 30,000 frames none to all but 2560 come before the end of the input.
      blockFrames: fc.integer({ min: 40, max: 1000 }),
    });
    await fc.assert(
      fc.asyncProperty(graph, sizes, async (stages, options) => {
        const pipeline = definePipeline(stages);
        const one = await run(pipeline);
        expect((await run(pipeline, options)).bytes.equals(one.bytes)).toBe(true);
      }),
      { numRuns: 6, seed: 5 },
    );
  });

  it.each([2, 3])(
    'gives the bytes, figures and report of one thread through every kind of node: %i',
    async (threads) => {
      const pipeline = definePipeline(GRAPH);
      const [one, several] = [await run(pipeline), await run(pipeline, { threads, blockFrames: 77 })];
      expect(several.bytes.equals(one.bytes)).toBe(true);
      expect(several.summary.meters).toEqual(one.summary.meters);
      expect(several.summary.latency).toBe(one.summary.latency);
      expect(several.report.split('\n').sort()).toEqual(one.report.split('\n').sort());
    },
  );

  it('moves parameters at the same frames, those that glide and those that need a second graph', async () => {
    const automation = planMoves(
      [
        { at: 0.1, set: 'limiter.ceiling', to: -9, over: 0.2 },
        { at: 0.2, set: 'limiter.ceiling', to: -2, over: 0.1 },
        { at: 0.3, set: 'low.threshold', to: -10 },
        { at: 0.4, set: 'low.lookahead', to: 2 },
      ],
      'moves',
    );
    const pipeline = definePipeline(GRAPH);
    const one = await run(pipeline, { automation });
    expect((await run(pipeline, { automation, threads: 3, blockFrames: 120 })).bytes.equals(one.bytes)).toBe(
      true,
    );
    expect(one.bytes.equals((await run(pipeline)).bytes)).toBe(false);
  });

  it('runs a pipeline that changes its rate on one thread and says so in one line', async () => {
    const pipeline = definePipeline({
      stages: [
        { stage: 'gain', gain: -3 },
        { stage: 'resample', rate: 48000 },
      ],
    });
    const [one, two] = [await run(pipeline), await run(pipeline, { threads: 2 })];
    expect(two.bytes.equals(one.bytes)).toBe(true);
    const line = 'ran on one thread: the pipeline changes its rate on the way';
    expect(two.summary.warnings).toEqual([...one.summary.warnings, line]);
    expect((await run(pipeline, { threads: 'auto' })).summary.warnings).toEqual(one.summary.warnings);
  });

  it('begins anew at each track with the bytes of one thread, parameters that had moved included', async () => {
    const pipeline = definePipeline(GRAPH);
    const automation = planMoves([{ at: 0.2, set: 'limiter.ceiling', to: -9, over: 0.7 }], 'moves');
    const options = { automation, wav: Buffer.concat([WAV, WAV]), onTrack: 'reset' as const };
    const one = await run(pipeline, options);
    expect((await run(pipeline, { ...options, threads: 2, blockFrames: 120 })).bytes.equals(one.bytes)).toBe(
      true,
    );
    expect(one.bytes.equals((await run(pipeline, { ...options, onTrack: 'keep' })).bytes)).toBe(false);
  });

  it('becomes another pipeline while it runs, with the bytes of one thread', async () => {
    const pipeline = definePipeline(GRAPH);
    const next = definePipeline({
      stages: [...GRAPH.stages, { stage: 'eq', bands: [{ freq: 900, gain: 6 }] }],
    });
    const replaced = (threads: number) =>
      run(pipeline, { threads, blockFrames: 120, onStart: (control) => void control.replace(next) });
    const one = await replaced(1);
    expect((await replaced(2)).bytes.equals(one.bytes)).toBe(true);
    expect(one.bytes.equals((await run(pipeline)).bytes)).toBe(false);
  });

  it('keeps back what a slow reader does not take: at most 6 MB are read ahead', async () => {
    const output = new PassThrough({ highWaterMark: 1 });
    const block = Buffer.alloc(65536);
    let read = 0;
    const header = Buffer.from(WAV.subarray(0, 44));
    header.fill(0xff, 40);
    async function* source(): AsyncGenerator<Buffer> {
      yield header;
      for (; read < 32 << 20; read += block.length) yield block;
    }
    const stop = new AbortController();
    const ended = runPipeline({
      ...{ pipeline: definePipeline(GRAPH), input: Readable.from(source()), threads: 2 },
      ...{ output: streamSink('out', output), signal: stop.signal },
    });
    await wait(300);
    expect(read).toBeLessThan(6 << 20);
    stop.abort();
    output.resume();
    expect((await ended).aborted).toBe(true);
  });

  it('ends with one line and exit code 70 when a thread fails, and leaves no thread over', async () => {
    const pipeline = definePipeline(GRAPH);
    const entries = pipeline.entries.map((entry) => ({
      ...entry,
      definition: { ...entry.definition, name: 'nope' },
    }));
    const threads = await threadsOf(async () => {
      const failed = run({ ...pipeline, entries }, { threads: 2 });
      await expect(failed).rejects.toMatchObject({
        exitCode: 70,
        message: 'internal: a thread knows no stage "nope", please report',
      });
    });
    expect(threads).toEqual({ hired: 1, left: 0 });
  });

  it('takes the 2 threads that were hired before it', async () => {
    const pipeline = definePipeline(GRAPH);
    const crew = hireThreads(3)!;
    const take = vi.spyOn(crew, 'take');
    const several = await run(pipeline, { threads: 3, crew });
    expect(take.mock.calls).toEqual([[2]]);
    expect(several.bytes.equals((await run(pipeline)).bytes)).toBe(true);
  });
});

describe('what looks at all stages at one moment', () => {
  const gain = definePipeline({ stages: [{ stage: 'gain', gain: -3 }] });

  it.each([
    ['a checkpoint does not hold what is under way between threads', { checkpoint: {} }],
    ['the monitor looks at all stages at one moment', { metered: true }],
    ['the time of the stages is taken one by one', { stats: {} }],
    ['what comes in is measured beside what goes out', { compare: () => {} }],
    ['stages that fail are watched where the input is', { onStage: () => {} }],
    [
      'controllers look at what all stages measure at one moment',
      { pipeline: { ...gain, controllers: [{}] } as unknown as PipelineDefinition },
    ],
  ])('keeps a run on one thread, which says so once: %s', (why, run) => {
    const found = crewFor({ pipeline: gain, threads: 2, ...run });
    expect(found).toEqual({ crew: null, warnings: [`ran on one thread: ${why}`] });
    expect(crewFor({ pipeline: gain, threads: 'auto', ...run }).warnings).toEqual([]);
  });
});

describe('a ring', () => {
  it('gives out what went in, in order, whatever the pieces on either side: 240 frames through 24', () => {
    const memory = ringMemory(1, 24, 6);
    const [piece, target] = [new Float32Array(9), new Float32Array(8)];
    const [writer, reader] = [new RingWriter(memory, [piece]), new RingReader(memory, [target])];
    const taken: number[] = [];
    let [pushed, seed] = [0, 1];
    while (taken.length < 240) {
      seed = (seed * 16807) % 2147483647;
      const frames = Math.min(1 + (seed % 9), 24 - writer.frames);
      for (let n = 0; n < frames; n++) piece[n] = ++pushed;
      if (frames > 0) writer.push(frames);
      const there = Math.min(reader.frames, 1 + (seed % 8));
      reader.pop(there);
      taken.push(...target.subarray(0, there));
    }
    expect(taken).toEqual(taken.map((_, n) => Math.max(0, n - 5)));
  });
});

describe('the cut', () => {
  it('makes the dearest stretch as cheap as can be', () => {
    expect(cutEvenly([1, 1, 1, 1], 2, 0)).toEqual([2]);
    expect(cutEvenly([1, 1, 1, 1], 2, 2)).toEqual([1]);
    expect(cutEvenly([5, 1, 1], 3, 0)).toEqual([1]);
    expect(cutEvenly([], 2, 9)).toEqual([]);
  });

  it('is behind the crossover in three bands on 2 threads: 40 of 77 ns; what is bypassed takes 0', () => {
    const stages = [
      { stage: 'highpass', freq: 30 },
      { stage: 'crossover', id: 'bands', freqs: [120, 2500] },
      ...['low', 'mid', 'high'].map((id) => ({ stage: 'compressor', id, input: `bands.${id}` })),
      { stage: 'mix', input: ['low', 'mid', 'high'] },
      { stage: 'limiter' },
    ];
    const format = audioFormat(44100, 2);
    const costs = stageCosts(definePipeline({ stages }), format);
    expect(cutEvenly(costs, 2, endsCost(format))).toEqual([2]);
    expect(dearest(costs, [2], endsCost(format))).toBe(40);
    expect(stageCosts(definePipeline({ stages: [{ stage: 'limiter', bypass: true }] }), format)).toEqual([0]);
  });

  it('pays from 1.4 times the speed and 0.2 s of gain on', () => {
    expect(pays([10, 30], [1], 20, null)).toBe(true);
    expect(pays([10, 100], [1], 20, null)).toBe(false);
    expect(pays([10, 30], [1], 20, 6_600_000)).toBe(false);
    expect(pays([10, 30], [1], 20, 6_700_000)).toBe(true);
  });
});
