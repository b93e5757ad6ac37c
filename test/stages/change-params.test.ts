import { describe, expect, it } from 'vitest';
import { changeParams, needsRestart } from '../../src/stages/change-params.ts';
import { stages } from '../../src/stages/registry.ts';
import { prepareGraph } from '../support/graph.ts';

const stage = (name: string) => stages.find((one) => one.name === name)!;

describe('a parameter that needs a new start and has no default', () => {
  it.each([
    ['remix', { map: [2, 1] }],
    ['remix', { channels: 'mono' }],
    ['delay', { frames: 480 }],
  ])('of %s needs one when %o is taken out, as when it is put in', (name, given) => {
    expect(needsRestart(stage(name), given, {})).toBe(true);
    expect(needsRestart(stage(name), {}, given)).toBe(true);
    expect(needsRestart(stage(name), given, { ...given })).toBe(false);
  });

  it('needs one where a setting takes it out: a delay of 480 frames set to no frames', () => {
    const { restart, params } = changeParams(
      stage('delay'),
      { time: 0, frames: 480 },
      { frames: undefined },
      'x',
    );
    expect(restart).toBe(true);
    expect(params).toMatchObject({ time: 0 });
  });

  it('keeps a pipeline from the state of one that has it: a remix with a map from one without', () => {
    const mapped = prepareGraph({ stages: [{ stage: 'remix', map: [2, 1] }] });
    const plain = prepareGraph({ stages: [{ stage: 'remix' }] });
    expect(() => mapped.restore(plain.snapshot())).toThrow(
      'the snapshot\'s stage "remix" is set up in another way',
    );
  });
});
