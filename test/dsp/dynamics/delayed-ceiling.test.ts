import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DelayedCeiling } from '../../../src/dsp/dynamics/delayed-ceiling.ts';
import { stateOn } from '../../support/backends.ts';

const changes = fc.array(
  fc.record({ after: fc.integer({ min: 0, max: 12 }), ceiling: fc.integer({ min: 1, max: 20 }) }),
  { maxLength: 60 },
);

describe('a delayed ceiling', () => {
  it('is the highest of those that stood within its delay of 0 to 30 frames, however it moves', () => {
    fc.assert(
      fc.property(changes, fc.integer({ min: 0, max: 30 }), (moves, delay) => {
        const ceiling = new DelayedCeiling(stateOn('reference'), delay);
        ceiling.jump(10);
        const asked: number[] = [];
        for (const [n, move] of [...moves, { after: 60, ceiling: 1 }].entries()) {
          for (let left = move.after; left > 0; ) {
            const span = ceiling.span(left);
            for (let i = 0; i < span; i++) {
              asked.push(n === 0 ? 10 : moves[n - 1].ceiling);
              const within = asked.slice(Math.max(0, asked.length - 1 - delay));
              expect(ceiling.value).toBe(Math.max(...within));
            }
            ceiling.advance(span);
            left -= span;
          }
          ceiling.move(move.ceiling);
        }
      }),
    );
  });

  it('follows one that falls every 16 frames, 100 frames late', () => {
    const ceiling = new DelayedCeiling(stateOn('reference'), 100);
    ceiling.jump(1000);
    for (let frame = 0; frame < 4000; frame++) {
      if (frame % 16 === 0) ceiling.move(1000 - frame / 16);
      if (frame > 200) expect(ceiling.value).toBeLessThanOrEqual(1000 - Math.floor((frame - 116) / 16));
      ceiling.advance(1);
    }
  });

  it('that is set again to what it is has nothing to wait for in its 100 frames', () => {
    const ceiling = new DelayedCeiling(stateOn('reference'), 100);
    ceiling.jump(10);
    ceiling.advance(500);
    ceiling.move(10);
    expect([ceiling.settled, ceiling.value]).toEqual([true, 10]);
  });
});
