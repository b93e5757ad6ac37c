import { describe, expect, it } from 'vitest';
import { definePipeline } from '../../src/graph/parse-pipeline.ts';
import { withSetting } from '../../src/graph/settings.ts';

const STAGES = [
  { stage: 'compressor', threshold: -20, ratio: 2 },
  { id: 'last', stage: 'limiter', ceiling: -1 },
];
const PIPELINE = definePipeline({ stages: STAGES });

describe('a number that a stage can glide to', () => {
  it.each([
    ['compressor.ratio', 3],
    ['last.ceiling', -2.5],
  ])('%s is checked for itself and comes to what the whole pipeline comes to', (name, value) => {
    const short = withSetting(PIPELINE, name, value);
    expect(short).toEqual(definePipeline(short.source));
    expect(short.entries.filter((entry, n) => entry !== PIPELINE.entries[n])).toHaveLength(1);
  });

  it('is refused out of range with the message of the whole check', () => {
    const stages = [STAGES[0], { ...STAGES[1], ceiling: 3 }];
    const message = ((): string => {
      try {
        definePipeline({ stages });
        return '';
      } catch (error) {
        return (error as Error).message;
      }
    })();
    expect(message).toContain('ceiling');
    expect(() => withSetting(PIPELINE, 'last.ceiling', 3)).toThrow(message);
  });
});

describe('a place in a list', () => {
  it('that the file leaves out is one of the 2 that the stage has by default', () => {
    const bare = definePipeline({ stages: [{ id: 'mb', stage: 'multiband-compressor' }] });
    expect(withSetting(bare, 'mb.freqs[0]', 300).entries[0].params).toMatchObject({ freqs: [300, 2500] });
    expect(() => withSetting(bare, 'mb.freqs[9]', 300)).toThrow('expected 0 to 1, or 2 to add one');
  });
});
