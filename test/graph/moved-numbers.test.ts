import { describe, expect, it } from 'vitest';
import { MovedNumbers } from '../../src/graph/moved-numbers.ts';
import { definePipeline } from '../../src/graph/parse-pipeline.ts';

const STAGES = [
  { stage: 'compressor', threshold: -20, ratio: 2 },
  { id: 'level', stage: 'loudness-normalize', minGain: -10, maxGain: 10 },
];
const PIPELINE = definePipeline({ stages: STAGES });

describe('numbers that move', () => {
  it('make the pipeline whose file says them, with 1 of 2 entries left as it is', () => {
    const numbers = new MovedNumbers(PIPELINE);
    for (const target of [-20, -18.5, -17]) numbers.move('level', 'target', target);
    numbers.move('level', 'speed', 3);
    const { definition } = numbers;
    expect(definition.source.stages[1]).toEqual({ ...STAGES[1], target: -17, speed: 3 });
    expect(definition).toEqual(definePipeline(definition.source));
    expect(definition.entries[0]).toBe(PIPELINE.entries[0]);
    expect(numbers.definition).toBe(definition);
  });

  it('are seen at once, and give what was before: -16 LUFS by default, then -20', () => {
    const numbers = new MovedNumbers(PIPELINE);
    expect(numbers.move('level', 'target', -20)!.target).toBe(-16);
    expect(numbers.paramsOf('level').target).toBe(-20);
    expect(numbers.move('level', 'target', -21)!.target).toBe(-20);
    expect(numbers.paramsOf('compressor')).toBe(PIPELINE.entries[0].params);
    expect(PIPELINE.entries[1].params.target).toBe(-16);
  });

  it('go on from the pipeline that was asked for in between', () => {
    const numbers = new MovedNumbers(PIPELINE);
    numbers.move('compressor', 'ratio', 3);
    const between = numbers.definition;
    numbers.move('compressor', 'threshold', -30);
    expect(between.entries[0].params).toMatchObject({ ratio: 3, threshold: -20 });
    expect(numbers.definition.entries[0].params).toMatchObject({ ratio: 3, threshold: -30 });
  });

  it('obey the 1 rule over two parameters at each move: minGain stays under maxGain', () => {
    const numbers = new MovedNumbers(PIPELINE);
    expect(numbers.move('level', 'minGain', 12)).toBeNull();
    numbers.move('level', 'maxGain', 20);
    expect(numbers.move('level', 'minGain', 12)).not.toBeNull();
    expect(numbers.definition.entries[1].params).toMatchObject({ minGain: 12, maxGain: 20 });
  });

  it.each([
    ['level', 'target', 0.01],
    ['level', 'target', Number.NaN],
    ['level', 'lookahead', 100],
    ['level', 'nothing', 1],
    ['level', 'toString', 1],
    ['nobody', 'target', -20],
  ])('are left to the whole check where the stage has no say: %s.%s to %d', (id, key, value) => {
    const numbers = new MovedNumbers(PIPELINE);
    expect(numbers.move(id, key, value)).toBeNull();
    expect(numbers.definition).toBe(PIPELINE);
  });
});
