import { describe, expect, it } from 'vitest';
import { audioFormat } from '../../src/audio/format.ts';
import { onKernelMemory } from '../../src/dsp/kernel-memory.ts';
import { definePipeline, PreparedPipeline } from '../../src/graph/pipeline.ts';
import { type Plan, planPipeline } from '../../src/graph/plan.ts';

function planOf(stages: object[]): Plan {
  const definition = definePipeline({ stages });
  return onKernelMemory('wasm', (memory) => {
    const options = { format: audioFormat(48000, 2), maxFrames: 64, memory };
    return planPipeline(definition, new PreparedPipeline(definition, options));
  });
}

describe('a plan', () => {
  it('counts 32 ways and no more through 60 forks and joins, which have 2^60', () => {
    const stages = Array.from({ length: 60 }, (_, n) => {
      const input = n === 0 ? 'in' : `m${n - 1}`;
      return [
        { stage: 'gain', id: `a${n}`, input },
        { stage: 'gain', id: `b${n}`, input },
        { stage: 'mix', id: `m${n}`, input: [`a${n}`, `b${n}`] },
      ];
    }).flat();
    expect(planOf(stages).paths).toHaveLength(32);
  });

  it('puts 240 frames of delay beside a lookahead of 5 ms, and 240 on the dry way of a mix', () => {
    const [late, now, sum] = planOf([
      { stage: 'compressor', id: 'late', lookahead: 5, mix: 0.5 },
      { stage: 'gain', id: 'now', input: 'in' },
      { stage: 'mix', input: ['late', 'now'] },
    ]).entries;
    expect([late.latency, late.dryDelay, now.totalLatency]).toEqual([240, 240, 0]);
    expect(sum.inputs.map(({ delay }) => delay)).toEqual([0, 240]);
  });

  it('names what works in one pass: a line of stages, until a fork needs a copy', () => {
    const { runs } = planOf([
      { stage: 'gain', id: 'a' },
      { stage: 'eq', id: 'b' },
      { stage: 'gain', id: 'c' },
      { stage: 'gain', id: 'd', input: 'b' },
      { stage: 'mix', id: 'e', input: ['c', 'd'] },
      { stage: 'limiter', id: 'f' },
    ]);
    expect(runs).toEqual([['a', 'b'], ['c'], ['d'], ['e', 'f']]);
  });
});
