import { describe, expect, it } from 'vitest';
import { BoxMean, GAIN_STEPS } from '../../../src/dsp/levels/box-mean.ts';
import { BACKENDS, stateOn } from '../../support/backends.ts';
import { noise } from '../../support/signals.ts';

describe.each(BACKENDS)('box mean, %s', (backend) => {
  it('never rises over the true mean, and stays within one step of 2^-32 under it, after a million frames', () => {
    const state = stateOn(backend);
    const length = 241;
    const mean = new BoxMean(state, length);
    const frames = 1000;
    const gains = state.memory.f64(frames);
    let input: Float64Array = new Float64Array();
    for (let block = 0; block < 1000; block++) {
      input = Float64Array.from(
        noise(1, frames, block + 1, 0.5)[0],
        (v) => Math.floor((v + 0.5) * GAIN_STEPS) / GAIN_STEPS,
      );
      gains.set(input);
      mean.process(gains, frames);
    }
    for (let i = length; i < frames; i++) {
      const exact = input.subarray(i - length + 1, i + 1).reduce((sum, v) => sum + v, 0) / length;
      expect(exact - gains[i]).toBeGreaterThanOrEqual(0);
      expect(exact - gains[i]).toBeLessThan(1.01 / GAIN_STEPS);
    }
  });

  it('gives exactly 1 for ones, for every length to 1000', () => {
    for (let length = 1; length <= 1000; length += 37) {
      const state = stateOn(backend);
      const mean = new BoxMean(state, length);
      const gains = state.memory.f64(50).fill(1);
      mean.process(gains, 50);
      expect(gains.every((gain) => gain === 1)).toBe(true);
      expect(mean.atUnity).toBe(true);
    }
  });
});
