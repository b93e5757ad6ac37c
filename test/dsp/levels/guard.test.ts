import { describe, expect, it } from 'vitest';
import { Guard } from '../../../src/dsp/levels/guard.ts';
import { BACKENDS, stateOn } from '../../support/backends.ts';

describe.each(BACKENDS)('guard, %s', (backend) => {
  it('replaces NaN, infinities and samples above +60 dBFS by 0, counts them and keeps the first frame', () => {
    const state = stateOn(backend);
    const guard = new Guard(state, 2);
    const planar = state.memory.planar(2, 8);
    guard.process(planar, 8);
    planar[0].set([0.5, Number.NaN, 1000, 1001, -1000, Number.NEGATIVE_INFINITY, 0, 1]);
    planar[1].set([Number.POSITIVE_INFINITY, 0, 0, 0, 0, 0, 0, -3e38]);
    guard.process(planar, 8);
    expect([...planar[0]]).toEqual([0.5, 0, 1000, 0, -1000, 0, 0, 1]);
    expect([...planar[1]]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    expect(guard.report).toEqual({
      replaced: 5,
      firstFrame: 8,
      channels: [
        { replaced: 3, firstFrame: 9, lastFrame: 13 },
        { replaced: 2, firstFrame: 8, lastFrame: 15 },
      ],
    });
  });

  it('says there was none as null, also after its state is cleared', () => {
    const state = stateOn(backend);
    const guard = new Guard(state, 1);
    const planar = state.memory.planar(1, 4);
    planar[0][2] = Number.NaN;
    guard.process(planar, 4);
    expect(guard.report).toMatchObject({ replaced: 1, firstFrame: 2 });
    state.clear();
    expect(guard.report).toEqual({ replaced: 0, firstFrame: null, channels: [null] });
  });
});
