import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SlidingMax } from '../../../src/dsp/levels/sliding-max.ts';
import { BACKENDS, stateOn } from '../../support/backends.ts';
import { noise } from '../../support/signals.ts';

/** The obvious way: look at every frame of the window. */
const obvious = (x: Float32Array, window: number): Float32Array =>
  x.map((_, i) => x.subarray(Math.max(0, i - window + 1), i + 1).reduce((top, v) => Math.max(top, v), 0));

it.each(BACKENDS)('is the largest of the last 1..300 frames, in any chunks, %s', (backend) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 300 }),
      fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 1e6 }),
      (window, chunks, seed) => {
        const state = stateOn(backend);
        const sliding = new SlidingMax(state, window);
        const input = noise(1, 1500, seed, 1)[0].map(Math.abs);
        const level = state.memory.f32(200);
        const output = new Float32Array(1500);
        for (let at = 0, turn = 0; at < 1500; turn++) {
          const frames = Math.min(chunks[turn % chunks.length], 1500 - at);
          level.set(input.subarray(at, at + frames));
          sliding.process(level, frames);
          output.set(level.subarray(0, frames), at);
          at += frames;
        }
        expect(output).toEqual(obvious(input, window));
      },
    ),
    { numRuns: 60 },
  );
});
