import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DelayLine } from '../../../src/dsp/delay/delay-line.ts';
import { BACKENDS, stateOn } from '../../support/backends.ts';
import { noise } from '../../support/signals.ts';

it.each(BACKENDS)('delays by exactly 0..500 frames, in any chunks, %s', (backend) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 500 }),
      fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 }),
      (delay, chunks) => {
        const state = stateOn(backend);
        const line = new DelayLine(state, 2, delay);
        const input = noise(2, 1200, 7);
        const planar = state.memory.planar(2, 300);
        const output = [new Float32Array(1200), new Float32Array(1200)];
        for (let at = 0, turn = 0; at < 1200; turn++) {
          const frames = Math.min(chunks[turn % chunks.length], 1200 - at);
          planar.forEach((channel, n) => {
            channel.set(input[n].subarray(at, at + frames));
          });
          line.process(planar, frames);
          planar.forEach((channel, n) => {
            output[n].set(channel.subarray(0, frames), at);
          });
          at += frames;
        }
        output.forEach((channel, n) => {
          expect(channel.subarray(delay)).toEqual(input[n].subarray(0, 1200 - delay));
          expect(channel.subarray(0, delay).every((value) => value === 0)).toBe(true);
        });
      },
    ),
    { numRuns: 40 },
  );
});
