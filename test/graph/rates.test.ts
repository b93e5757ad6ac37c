import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AudioBlock } from '../../src/audio/block.ts';
import { audioFormat } from '../../src/audio/format.ts';
import { type BackendName, onKernelMemory } from '../../src/dsp/kernel-memory.ts';
import type { Change } from '../../src/graph/change.ts';
import { MAIN } from '../../src/graph/definition.ts';
import type { LiveOptions } from '../../src/graph/live-pipeline.ts';
import {
  definePipeline,
  isTransparent,
  type LivePipeline,
  type PipelineDefinition,
  pipelineTransform,
  preparePipeline,
  withFormat,
} from '../../src/graph/pipeline.ts';
import { withSetting } from '../../src/graph/settings.ts';
import { resample } from '../../src/stages/resample.ts';
import { stageFactory } from '../../src/stages/stage-transform.ts';
import { BACKENDS } from '../support/backends.ts';
import { runGraph } from '../support/graph.ts';
import { drain, feed, join } from '../support/render.ts';
import { impulse, maxAbsDifference, noise, programme, type Signal, slice } from '../support/signals.ts';

const CD = audioFormat(44100, 2);
const TWO_RATES = [
  { stage: 'eq', bands: [{ freq: 1000, gain: 3, q: 1 }] },
  { stage: 'resample', rate: 96_000, quality: 'fast' },
  { stage: 'limiter', ceiling: -3 },
  { id: 'down', stage: 'resample', rate: 48_000, quality: 'fast' },
  { stage: 'compressor', threshold: -30, lookahead: 5 },
];

function prepared(
  definition: PipelineDefinition,
  {
    format = CD,
    backend = 'wasm' as BackendName,
    maxFrames = 1024,
    ...rest
  }: Partial<Omit<LiveOptions, 'memory'>> & { readonly backend?: BackendName } = {},
): LivePipeline {
  return onKernelMemory(backend, (memory) =>
    preparePipeline(definition, { format, maxFrames, memory, ...rest }),
  );
}

function live(
  stages: object[],
  format = CD,
  backend: 'wasm' | 'reference' = 'wasm',
  maxFrames = 1024,
): LivePipeline {
  return prepared(definePipeline({ stages }), { format, backend, maxFrames });
}

function through(pipeline: LivePipeline, input: Signal, chunks: readonly number[] = []): Signal {
  return join(feed(pipeline.run, input, chunks), drain(pipeline.run));
}

describe('a pipeline that changes its rate', () => {
  it.each([0, 1, 2, 147, 4410, 10_001])(
    'gives %i frames x 48000 / 44100, rounded up at each change',
    (frames) => {
      const wide = Math.ceil((frames * 96_000) / 44_100);
      const [left] = through(live(TWO_RATES), noise(2, frames, 1));
      expect(left.length).toBe(Math.ceil(wide / 2));
    },
  );

  it('keeps time: an impulse at 100 ms stays there, whatever the latencies on either side', () => {
    const stages = [
      { stage: 'limiter', ceiling: -0.1, lookahead: 7 },
      { stage: 'resample', rate: 48_000 },
      { stage: 'limiter', ceiling: -0.1, lookahead: 11 },
    ];
    const [left] = through(live(stages), impulse(2, 20_000, 4410, 0.5));
    const peak = left.reduce((best, value, i) => (Math.abs(value) > Math.abs(left[best]) ? i : best), 0);
    expect(peak).toBe(4800);
  });

  it.each(BACKENDS)('gives the same bits in any chunks and blocks, %s', (backend) => {
    const input = programme(2, 6000, 2);
    const whole = through(live(TWO_RATES, CD, backend, 8192), input);
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 1500 }), { minLength: 1, maxLength: 6 }),
        fc.constantFrom(1500, 64, 7),
        (chunks, maxFrames) => {
          expect(
            maxAbsDifference(whole, through(live(TWO_RATES, CD, backend, maxFrames), input, chunks)),
          ).toBe(0);
        },
      ),
      { numRuns: 6 },
    );
  });

  it('gives the same bits in both backends', () => {
    const input = programme(2, 6000, 3);
    const [a, b] = BACKENDS.map((backend) => through(live(TWO_RATES, CD, backend), input));
    expect(maxAbsDifference(a, b)).toBe(0);
  });

  it('continues from a snapshot at any frame, from any backend to any, with other blocks', () => {
    const input = programme(2, 6000, 4);
    const whole = through(live(TWO_RATES), input);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5999 }),
        fc.constantFrom(...BACKENDS),
        fc.constantFrom(...BACKENDS),
        (frame, from, to) => {
          const before = live(TWO_RATES, CD, from);
          const head = feed(before.run, slice(input, 0, frame));
          const after = live(TWO_RATES, CD, to, 300);
          after.restore(structuredClone(before.snapshot()));
          const tail = join(feed(after.run, slice(input, frame)), drain(after.run));
          expect(maxAbsDifference(join(head, tail), whole)).toBe(0);
        },
      ),
      { numRuns: 8 },
    );
  });

  it('is transparent at a rate that is there already: the same bits', () => {
    const input = programme(2, 5000, 5);
    const pipeline = live([{ stage: 'resample', rate: 44_100 }]);
    expect(isTransparent(pipeline.definition, audioFormat(44_100, 2), MAIN)).toBe(true);
    expect(maxAbsDifference(through(pipeline, input), input)).toBe(0);
  });

  it('changes parameters on either side while it runs, and keeps its length', () => {
    const pipeline = live(TWO_RATES);
    const input = programme(2, 100_000, 6);
    const head = feed(pipeline.run, slice(input, 0, 5000));
    pipeline.set('eq.bands[0].gain', -3);
    pipeline.set('compressor.lookahead', 1);
    const all = [head, feed(pipeline.run, slice(input, 5000)), drain(pipeline.run)].reduce(join);
    expect(all[0].length).toBe(Math.ceil(Math.ceil((100_000 * 96_000) / 44_100) / 2));
  });

  it('becomes another pipeline while it runs, also one that changes its rate elsewhere, in any chunks', () => {
    const others = [
      { stage: 'resample', rate: 32_000, quality: 'fast' },
      { stage: 'gain', gain: -6 },
      { id: 'down', stage: 'resample', rate: 48_000, quality: 'fast' },
    ];
    const input = programme(2, 150_000, 9);
    const through = (chunks: readonly number[], maxFrames: number): Signal => {
      const pipeline = live(TWO_RATES, CD, 'wasm', maxFrames);
      const head = feed(pipeline.run, slice(input, 0, 5000), chunks);
      pipeline.replace(definePipeline({ stages: others }));
      return [head, feed(pipeline.run, slice(input, 5000), chunks), drain(pipeline.run)].reduce(join);
    };
    const whole = through([], 4096);
    expect(maxAbsDifference(whole, through([700, 1, 333], 1000))).toBe(0);
    // From the fade on it is what the other one gives for the same input: a resampler that began on its own phase.
    const other = join(feed(live(others).run, input), new Array(2).fill(new Float32Array()) as Signal);
    expect(maxAbsDifference(slice(whole, 110_000, 150_000), slice(other, 110_000, 150_000))).toBeLessThan(
      1e-6,
    );
  });

  it('moves at frames of the output: nothing before the frame, the value from it on', () => {
    const stages = [
      { stage: 'resample', rate: 48_000 },
      { stage: 'limiter', ceiling: 0, lookahead: 5 },
      { stage: 'gain', gain: 0 },
    ];
    const input = programme(2, 50_000, 10);
    const action = { set: 'gain.gain', to: -60, frames: 0, curve: 'hold' } as const;
    const moved = prepared(definePipeline({ stages }), { changes: [{ frame: 30_000, action }] });
    const still = through(live(stages), input);
    const out = through(moved, input);
    expect(maxAbsDifference(slice(out, 0, 30_000), slice(still, 0, 30_000))).toBe(0);
    expect(maxAbsDifference(slice(out, 30_000, 30_200), slice(still, 30_000, 30_200))).toBeGreaterThan(1e-4);
  });

  it.each([
    ['eq.bands[0].gain', -3],
    ['compressor.threshold', -20],
    ['limiter.ceiling', -9],
    ['compressor.lookahead', 1],
  ])('notes the output frame of %s, and the note replays to the same bits in other blocks', (set, to) => {
    const input = programme(2, 130_000, 11);
    const notes: Change[] = [];
    const pipeline = prepared(definePipeline({ stages: TWO_RATES }), {
      onChange: (change) => notes.push(change),
    });
    const head = feed(pipeline.run, slice(input, 0, 7001));
    pipeline.set(set, to);
    const out = [head, feed(pipeline.run, slice(input, 7001)), drain(pipeline.run)].reduce(join);
    expect(notes).toHaveLength(1);
    const replay = prepared(definePipeline({ stages: TWO_RATES }), { changes: notes, maxFrames: 777 });
    expect(maxAbsDifference(through(replay, input, [500, 31]), out)).toBe(0);
    expect(maxAbsDifference(out, through(live(TWO_RATES), input))).toBeGreaterThan(1e-3);
  });

  it('refuses another rate or other channels while it runs', () => {
    const pipeline = live([{ stage: 'remix' }, ...TWO_RATES]);
    const fixed = 'rate and channels of what comes out are fixed while audio runs';
    expect(() => pipeline.set('down.rate', 44_100)).toThrow(fixed);
    expect(() => pipeline.set('remix.channels', 'mono')).toThrow(fixed);
  });

  it('counts what the guard replaced at its input', () => {
    const pipeline = live([{ stage: 'resample', rate: 48_000 }]);
    const input = noise(2, 2000, 7);
    input[1][700] = Number.NaN;
    const [, right] = through(pipeline, input);
    expect(right.every(Number.isFinite)).toBe(true);
    expect(pipeline.guard).toMatchObject({ replaced: 1, firstFrame: 700 });
  });

  it.each([
    [
      [{ id: 'a', stage: 'gain' }, { stage: 'resample' }, { stage: 'mix', input: ['a', 'resample'] }],
      'stages[2].input[0]: "a" stands before "resample" at another sample rate; take "resample" or what follows it',
    ],
    [
      [{ stage: 'gain' }, { stage: 'resample' }, { stage: 'compressor', key: 'in' }],
      'stages[2].key: "in" stands before "resample" at another sample rate; take "resample" or what follows it',
    ],
    [
      [
        { id: 'a', stage: 'gain' },
        { id: 'b', stage: 'gain', input: 'in' },
        { stage: 'resample', input: ['a', 'b'] },
      ],
      'stages[2].input: "resample" takes one whole signal; put a mix in front of it',
    ],
    [
      [{ stage: 'resample', mix: 0.5 }],
      'stages[0]: mix, bypass and channels need a stage that keeps the rate, "resample" changes it',
    ],
  ])('refuses %j', (stages, message) => {
    expect(() => definePipeline({ stages })).toThrow(message);
  });
});

describe('several inputs and outputs', () => {
  it('are joined before a change of rate and part behind it, the outputs with channels of their own', () => {
    const file = {
      inputs: ['a', 'b'],
      stages: [
        { id: 'sum', stage: 'mix', input: ['a', 'b'] },
        { stage: 'resample', rate: 48_000 },
        { stage: 'remix', channels: 'mono' },
      ],
      outputs: { main: 'remix', wide: 'resample' },
    };
    const { main, wide } = runGraph(file, [noise(2, 4410, 12), noise(2, 4410, 13)], { format: CD });
    expect([main.length, wide.length]).toEqual([1, 2]);
    expect([main[0].length, wide[1].length]).toEqual([4800, 4800]);
    expect(maxAbsDifference([main[0]], [wide[0].map((value, i) => (value + wide[1][i]) / 2)])).toBeLessThan(
      1e-6,
    );
  });

  it('refuses an output that stands before a change of rate', () => {
    const stages = [{ id: 'a', stage: 'gain' }, { stage: 'resample' }];
    expect(() => definePipeline({ stages, outputs: { main: 'resample', dry: 'a' } })).toThrow(
      'outputs.dry: "a" stands before "resample" at another sample rate; take "resample" or what follows it',
    );
  });
});

describe('as streams', () => {
  const block: AudioBlock = { format: CD, start: 0, frames: 4410, channels: noise(2, 4410, 8) };

  async function framesOf(stream: NodeJS.ReadWriteStream): Promise<[frames: number, rate: number]> {
    let frames = 0;
    let rate = 0;
    for await (const given of Readable.from([block]).pipe(stream) as unknown as AsyncIterable<AudioBlock>) {
      expect(given.start).toBe(frames);
      frames += given.frames;
      rate = given.format.sampleRate;
    }
    return [frames, rate];
  }

  it('a pipeline and a stage give 4800 frames at 48 kHz for 4410 at 44.1 kHz', async () => {
    const definition = definePipeline({ stages: [{ stage: 'resample', rate: 48_000 }, { stage: 'gain' }] });
    expect(await framesOf(pipelineTransform(definition))).toEqual([4800, 48_000]);
    expect(await framesOf(stageFactory(resample)({ rate: 48_000 }))).toEqual([4800, 48_000]);
  });
});

describe('withFormat', () => {
  it('stays in front whatever is set later, and is put before every input of several', () => {
    const set = withSetting(withFormat(definition, { rate: 48_000 }), 'gain.gain', -3);
    expect(set.entries.map(({ id }) => id)).toEqual(['to-rate', 'gain', 'compressor', 'mix']);
    const two = definePipeline({
      inputs: ['a', 'b'],
      stages: [{ stage: 'mix', input: ['a', 'b'] }],
    });
    const wide = withFormat(two, { channels: 'mono' });
    expect(wide.entries.map(({ id }) => id)).toEqual(['to-channels', 'to-channels-b', 'mix']);
    const inputs = [noise(2, 4410, 14), noise(2, 4410, 15)];
    const wanted = { rate: 48_000, channels: 'mono' };
    const { main } = runGraph(withFormat(two, wanted), inputs, { format: CD });
    const single = withFormat(definePipeline({ stages: [{ stage: 'gain' }] }), wanted);
    const sum = inputs.map((input) => runGraph(single, [input], { format: CD }).main[0]);
    expect(main[0].length).toBe(4800);
    expect(maxAbsDifference(main, [sum[0].map((value, i) => value + sum[1][i])])).toBeLessThan(1e-6);
  });

  const definition = definePipeline({
    stages: [
      { stage: 'gain', input: 'in' },
      { stage: 'compressor', key: 'in' },
      { stage: 'mix', input: ['compressor', { from: 'in', gain: -6 }] },
    ],
  });

  it('brings what comes in to a rate and channels first, for every entry that takes it', () => {
    const changed = withFormat(definition, { rate: 48_000, channels: 'mono' });
    expect(changed.entries.map(({ id }) => id)).toEqual([
      'to-channels',
      'to-rate',
      'gain',
      'compressor',
      'mix',
    ]);
    expect(changed.entries[2].inputs[0].from).toBe('to-rate');
    expect(changed.entries[3].key?.from).toBe('to-rate');
    expect(changed.entries[4].inputs[1]).toMatchObject({ from: 'to-rate', gainDb: -6 });
    expect(prepared(changed).run.outputFormat).toMatchObject({
      sampleRate: 48_000,
      channels: 1,
      layout: ['FC'],
    });
  });

  it('leaves a pipeline alone when nothing is wanted, and one with a rate of its own is not overruled', () => {
    expect(withFormat(definition, {})).toBe(definition);
    const own = definePipeline({ stages: [{ stage: 'resample', rate: 32_000 }] });
    expect(() => withFormat(own, { rate: 48_000 })).toThrow('use --set resample.rate=48000');
  });
});
