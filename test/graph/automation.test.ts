import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { audioFormat } from '../../src/audio/format.ts';
import { onKernelMemory } from '../../src/dsp/kernel-memory.ts';
import { automationChanges, entryOf, parseMoves, planMoves } from '../../src/graph/automation.ts';
import { definePipeline, type LivePipeline, preparePipeline } from '../../src/graph/pipeline.ts';
import { drain, feed, join } from '../support/render.ts';
import { maxAbsDifference, programme, type Signal, slice } from '../support/signals.ts';

const FORMAT = audioFormat(8000, 2);

function live(
  stages: object[],
  automation: object[] = [],
  maxFrames = 500,
  log: object[] = [],
): LivePipeline {
  const definition = definePipeline({ stages });
  const changes = automationChanges(definition, planMoves(automation, 'automation'), FORMAT.sampleRate);
  const onChange = (change: Parameters<typeof entryOf>[0]) => log.push(entryOf(change));
  return onKernelMemory('wasm', (memory) =>
    preparePipeline(definition, { format: FORMAT, maxFrames, memory, changes, onChange }),
  );
}

const whole = (pipeline: LivePipeline, input: Signal, chunks: readonly number[] = []): Signal =>
  join(feed(pipeline.run, input, chunks), drain(pipeline.run));

/** First frame at which two signals differ, or -1. */
const firstDifference = (a: Signal, b: Signal): number => a[0].findIndex((value, i) => value !== b[0][i]);

const LATE = { stage: 'limiter', ceiling: 0, lookahead: 7 };
const ones: Signal = [0, 1].map(() => new Float32Array(30_000).fill(0.01));

describe('automation', () => {
  it.each(['linear', 'exponential'] as const)(
    'moves a gain along its %s closed form within 1e-6, behind and in front of stages with latency',
    (curve) => {
      const [from, to, start, length] = [-12, -1, 4003, 8000];
      for (const stages of [
        [{ stage: 'gain', gain: from }],
        [LATE, { stage: 'gain', gain: from }, { ...LATE, lookahead: 3 }],
      ]) {
        const [left] = whole(
          live(stages, [{ frame: start, set: 'gain.gain', to, over: length / 8000, curve }]),
          ones,
        );
        const worst = left.reduce((worst, value, i) => {
          const share = Math.min(1, Math.max(0, (i - start) / length));
          const db = curve === 'linear' ? from + (to - from) * share : from * (to / from) ** share;
          return Math.max(worst, Math.abs(value / Math.fround(0.01) - 10 ** (db / 20)));
        }, 0);
        expect(worst).toBeLessThan(1e-6);
      }
    },
  );

  it('takes effect at output frame 10007 exactly, whatever the latency in front, and a stage with latency of its own too', () => {
    const input = programme(2, 30_000, 3);
    const gain = { stage: 'gain', gain: -6 };
    const at = (stages: object[], set: string, to: unknown) =>
      firstDifference(whole(live(stages, [{ frame: 10_007, set, to }]), input), whole(live(stages), input));
    // The first frame of a glide is still the old value.
    expect(at([gain], 'gain.gain', 0)).toBe(10_008);
    expect(at([LATE, { ...LATE, id: 'second' }, gain], 'gain.gain', 0)).toBe(10_008);
    expect(at([LATE, gain, { ...LATE, id: 'second' }], 'gain.gain', 0)).toBe(10_008);
    const compressor = { stage: 'compressor', threshold: -60, ratio: 4, makeup: 0, lookahead: 5 };
    expect(at([LATE, compressor], 'compressor.makeup', 6)).toBe(10_008);
    expect(at([gain, compressor], 'gain.bypass', true)).toBeGreaterThanOrEqual(10_007 - 40);
    expect(at([compressor, gain], 'gain.bypass', true)).toBe(10_008);
  });

  it('holds a value until the end of its time', () => {
    const moves = [{ at: 1, set: 'gain.gain', to: 0, over: 0.5, curve: 'hold' }];
    const stages = [{ stage: 'gain', gain: -6 }];
    expect(firstDifference(whole(live(stages, moves), ones), whole(live(stages), ones))).toBe(12_001);
  });

  it('gives the same bits for any chunks and block sizes, through glides, ramps and second graphs', () => {
    const input = programme(2, 30_000, 5);
    const stages = [
      { stage: 'eq', bands: [{ freq: 500, gain: 3 }] },
      { stage: 'compressor', threshold: -30, ratio: 3, lookahead: 3 },
      { stage: 'gain', gain: -3 },
      LATE,
    ];
    const moves = [
      { frame: 3001, set: 'gain.gain', to: -20, over: 2 },
      { frame: 4500, set: 'eq.bands[0].gain', to: -9, over: 0.7 },
      { frame: 9000, set: 'gain.gain', to: 0 },
      { frame: 9500, set: 'compressor.ratio', to: 8 },
      { frame: 15_000, set: 'compressor.lookahead', to: 11 },
      { frame: 15_100, set: 'compressor.threshold', to: -40, over: 0.5, curve: 'exponential' },
      { frame: 16_000, set: 'limiter.lookahead', to: 1 },
    ];
    const expected = whole(live(stages, moves), input);
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 3000 }),
        (chunks, maxFrames) => {
          const output = whole(
            live(stages, moves, Math.max(20, maxFrames)),
            input,
            chunks.map((n) => n + 20),
          );
          expect(maxAbsDifference(output, expected)).toBe(0);
        },
      ),
      { numRuns: 12, seed: 1 },
    );
  });

  it('replays what came by wall clock, to the bit: glides, restarts and a reload that overlap', () => {
    const input = programme(2, 60_000, 7);
    const stages = [{ stage: 'compressor', threshold: -30, ratio: 3 }, { stage: 'gain', gain: -3 }, LATE];
    const log: object[] = [];
    const pipeline = live(stages, [], 333, log);
    const changes: [number, (p: LivePipeline) => void][] = [
      [1000, (p) => p.set('gain.gain', -9)],
      [5000, (p) => p.set('limiter.lookahead', 12)],
      [7000, (p) => p.set('compressor.threshold', -40)],
      [8000, (p) => p.set('limiter.lookahead', 2)],
      [9000, (p) => p.set('gain.gain', 0)],
      [30_000, (p) => p.replace(definePipeline({ stages: [LATE, { stage: 'gain', id: 'x', gain: -1 }] }))],
      [30_500, (p) => p.set('x.gain', -2)],
      [45_000, (p) => p.set('x.gain', -4)],
    ];
    let output: Signal = input.map(() => new Float32Array());
    let at = 0;
    for (const [frame, change] of changes) {
      output = join(output, feed(pipeline.run, slice(input, at, frame)));
      change(pipeline);
      at = frame;
    }
    output = join(join(output, feed(pipeline.run, slice(input, at))), drain(pipeline.run));
    expect(log).toHaveLength(changes.length);
    expect(maxAbsDifference(whole(live(stages, log, 1024), input), output)).toBe(0);
  });

  it('tells all that is wrong, each with its place', () => {
    const definition = definePipeline({ stages: [{ stage: 'limiter' }] });
    const text = [
      '{"at":1,"set":"limitr.ceiling","to":-2}',
      '{"type":"reading","id":"x"}',
      '{"at":1,"set":"limiter.ceiling","to":5}',
      '{"at":1,"set":"limiter.lookahead","to":9,"over":1}',
    ].join('\n');
    expect(() => automationChanges(definition, parseMoves(text, 'm.jsonl'), 48000)).toThrow(
      /m\.jsonl:1: .*did you mean "limiter"\?\nm\.jsonl:3: .*-40 to 0 dBTP\nm\.jsonl:4: limiter\.lookahead needs a second graph/,
    );
    expect(() => parseMoves('{"at":1,"set":"a.b"', 'm')).toThrow('m:1: not JSON, expected one object a line');
    expect(() => parseMoves('{"set":"a.b","to":1}', 'm')).toThrow('needs either at (seconds) or frame');
  });
});
