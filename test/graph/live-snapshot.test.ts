import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { audioFormat } from '../../src/audio/format.ts';
import { type BackendName, onKernelMemory } from '../../src/dsp/kernel-memory.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../../src/engine/checkpoint/checkpoint-file.ts';
import { readPipelineFile } from '../../src/engine/pipelines/pipeline-files.ts';
import { automationChanges, planMoves } from '../../src/graph/automation.ts';
import type { LiveSnapshot } from '../../src/graph/live-snapshot.ts';
import {
  definePipeline,
  type LivePipeline,
  type PipelineDefinition,
  preparePipeline,
} from '../../src/graph/pipeline.ts';
import { BACKENDS } from '../support/backends.ts';
import { drain, feed, join } from '../support/render.ts';
import { maxAbsDifference, programme, type Signal, slice } from '../support/signals.ts';

interface Options {
  readonly backend?: BackendName;
  readonly maxFrames?: number;
  readonly automation?: readonly object[];
  readonly rate?: number;
}

function live(pipeline: PipelineDefinition, options: Options = {}): LivePipeline {
  const { backend = 'wasm', maxFrames = 1000, automation = [], rate = 8000 } = options;
  const format = audioFormat(rate, 2);
  const changes = automationChanges(pipeline, planMoves(automation, 'automation'), rate);
  return onKernelMemory(backend, (memory) =>
    preparePipeline(pipeline, { format, maxFrames, memory, changes }),
  );
}

/** The snapshot as it comes back from a file. */
const throughFile = (snapshot: LiveSnapshot): LiveSnapshot =>
  decodeCheckpoint(Buffer.concat(encodeCheckpoint(snapshot)), 'snapshot') as LiveSnapshot;

/** Feeds `input` up to the first frame from `frame` on at which no second graph is under way, and gives that. */
function feedTo(pipeline: LivePipeline, input: Signal, frame: number, chunks: readonly number[]) {
  let at = frame;
  let head = feed(pipeline.run, slice(input, 0, at), chunks);
  while (!pipeline.settled) {
    head = join(head, feed(pipeline.run, slice(input, at, at + 100)));
    at += 100;
  }
  return { head, at };
}

const arraysOf = (value: unknown): Uint8Array[] =>
  value instanceof Uint8Array
    ? [value]
    : Object.values(typeof value === 'object' && value !== null ? value : {}).flatMap(arraysOf);

const CHAIN = definePipeline({
  stages: [
    { stage: 'gain', gain: 0 },
    { stage: 'eq', bands: [{ type: 'peaking', freq: 900, gain: 6, q: 1 }] },
    { stage: 'compressor', threshold: -20, ratio: 3, lookahead: 4 },
    { stage: 'limiter', ceiling: -1, lookahead: 3 },
    { stage: 'loudness' },
  ],
});
const OTHER = {
  stages: [
    { stage: 'highpass', freq: 80 },
    { stage: 'compressor', threshold: -26, ratio: 2, lookahead: 9 },
    { stage: 'limiter', ceiling: -2, lookahead: 1 },
  ],
};
const AUTOMATION = [
  { at: 0.5, set: 'gain.gain', to: -9, over: 1.5 },
  { at: 0.9, set: 'eq.bands[0].freq', to: 2500, over: 1, curve: 'exponential' },
  { at: 1.2, set: 'gain.gain', to: 3, over: 0.4 },
  { at: 1.3, set: 'compressor.threshold', to: -30 },
  { at: 1.9, set: 'limiter.ceiling', to: -6, over: 0.7 },
];

describe('a snapshot of a pipeline at work', () => {
  const input = programme(2, 32_000, 3);

  it('goes on to the bit in the midst of glides that overlap, at any frame, on any backend, in any blocks', () => {
    const whole = live(CHAIN, { automation: AUTOMATION });
    const expected = join(feed(whole.run, input), drain(whole.run));
    fc.assert(
      fc.property(
        fc.oneof(fc.integer({ min: 3900, max: 21_500 }), fc.integer({ min: 0, max: 32_000 })),
        fc.array(fc.integer({ min: 30, max: 900 }), { minLength: 1, maxLength: 3 }),
        fc.constantFrom(...BACKENDS),
        fc.constantFrom(1000, 77),
        (frame, chunks, backend, maxFrames) => {
          const before = live(CHAIN, { automation: AUTOMATION });
          const { head, at } = feedTo(before, input, frame, chunks);
          const after = live(CHAIN, { automation: AUTOMATION, backend, maxFrames });
          after.restore(throughFile(before.snapshot()));
          const tail = join(feed(after.run, slice(input, at)), drain(after.run));
          expect(at).toBe(frame);
          expect(maxAbsDifference(join(head, tail), expected)).toBe(0);
        },
      ),
      { numRuns: 12 },
    );
  });

  it('goes on to the bit where another pipeline has taken over, with values moved since, and one still to come', () => {
    const automation = [
      { at: 1.5, pipeline: OTHER },
      { at: 2.6, set: 'limiter.ceiling', to: -9, over: 0.5 },
      { at: 3.5, set: 'compressor.lookahead', to: 1 },
    ];
    const expected = (() => {
      const whole = live(CHAIN, { automation });
      return join(feed(whole.run, input), drain(whole.run));
    })();
    for (const frame of [300, 4001, 5000, 12_500, 14_000, 20_900, 23_000, 27_000, 31_999]) {
      const before = live(CHAIN, { automation });
      const { head, at } = feedTo(before, input, frame, [512]);
      const after = live(CHAIN, { automation, maxFrames: 300 });
      after.restore(throughFile(before.snapshot()));
      const tail = join(feed(after.run, slice(input, at)), drain(after.run));
      expect(maxAbsDifference(join(head, tail), expected)).toBe(0);
    }
  });

  it('goes on to the bit where a linear-phase crossover has moved from 120 to 1000 Hz and lives on in a second graph', () => {
    const stages = [
      { stage: 'multiband-compressor', phase: 'linear', freqs: [120, 2500] },
      { stage: 'limiter', lookahead: 3 },
    ];
    const automation = [
      { at: 0.4, set: 'multiband-compressor.freqs[0]', to: 1000, over: 0.3 },
      { at: 1.8, set: 'limiter.lookahead', to: 5 },
    ];
    const pipeline = definePipeline({ stages });
    const expected = (() => {
      const whole = live(pipeline, { automation });
      return join(feed(whole.run, input), drain(whole.run));
    })();
    for (const frame of [4000, 6500, 15_000, 31_000]) {
      const before = live(pipeline, { automation });
      const { head, at } = feedTo(before, input, frame, [512]);
      const after = live(pipeline, { automation, maxFrames: 300 });
      after.restore(throughFile(before.snapshot()));
      const tail = join(feed(after.run, slice(input, at)), drain(after.run));
      expect(maxAbsDifference(join(head, tail), expected)).toBe(0);
    }
  });

  it('goes on to the bit after `replace` by wall clock, from what the pipeline had become', () => {
    const run = (): LivePipeline => {
      const pipeline = live(CHAIN);
      feed(pipeline.run, slice(input, 0, 3000));
      pipeline.replace(definePipeline(OTHER));
      feed(pipeline.run, slice(input, 3000, 13_000));
      pipeline.set('compressor.ratio', 5);
      return pipeline;
    };
    const whole = run();
    const expected = join(feed(whole.run, slice(input, 13_000)), drain(whole.run));
    const before = run();
    const head = feed(before.run, slice(input, 13_000, 13_700));
    for (const begun of [CHAIN, before.definition]) {
      const after = live(begun);
      after.restore(throughFile(before.snapshot()));
      const tail = join(feed(after.run, slice(input, 13_700)), drain(after.run));
      expect(maxAbsDifference(join(head, tail), expected)).toBe(0);
    }
  });

  it('goes on to the bit in pipelines with several inputs: voice-over at frame 7001', async () => {
    const pipeline = await readPipelineFile('voice-over');
    const four = [...slice(input, 0, 16_000), ...slice(input, 16_000)];
    const whole = live(pipeline, { rate: 48_000 });
    const expected = join(feed(whole.run, four), drain(whole.run));
    const before = live(pipeline, { rate: 48_000, backend: 'reference' });
    const head = feed(before.run, slice(four, 0, 7001));
    const after = live(pipeline, { rate: 48_000, maxFrames: 128 });
    after.restore(throughFile(before.snapshot()));
    const tail = join(feed(after.run, slice(four, 7001)), drain(after.run));
    expect(maxAbsDifference(join(head, tail), expected)).toBe(0);
  });

  it('is refused while another pipeline is faded in, and taken again when that is over', () => {
    const pipeline = live(CHAIN);
    pipeline.replace(definePipeline(OTHER));
    expect(() => pipeline.snapshot()).toThrow('a change of the pipeline is under way');
    feed(pipeline.run, slice(input, 0, 4000));
    expect(() => pipeline.snapshot()).toThrow('take the snapshot when it is over');
    feed(pipeline.run, slice(input, 4000, 9000));
    expect(pipeline.snapshot().graph.stages).toHaveProperty('highpass');
  });

  it('is taken into the arrays of the one before: the same arrays, with the state of a later frame', () => {
    const pipeline = live(CHAIN);
    feed(pipeline.run, slice(input, 0, 5000));
    const first = pipeline.snapshot();
    const copies = arraysOf(first).map((array) => array.slice());
    feed(pipeline.run, slice(input, 5000, 9000));
    const second = arraysOf(pipeline.snapshot(first));
    expect(second.length).toBeGreaterThan(5);
    arraysOf(first).forEach((array, n) => {
      expect(second[n]).toBe(array);
    });
    expect(second.some((array, n) => !array.every((byte, at) => byte === copies[n][at]))).toBe(true);
  });
});
