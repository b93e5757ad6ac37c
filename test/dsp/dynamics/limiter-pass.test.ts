import { describe, expect, it } from 'vitest';
import { LimiterGain } from '../../../src/dsp/dynamics/limiter-gain.ts';
import { LimiterPass } from '../../../src/dsp/dynamics/limiter-pass.ts';
import { BACKENDS, stateOn } from '../../support/backends.ts';

const BLOCK = 48;
const DELAY = 978;

describe.each(BACKENDS)('a limiter, %s', (backend) => {
  it('brings a tone under a ceiling that falls every 240 frames, 978 frames late', () => {
    const state = stateOn(backend);
    const pass = new LimiterPass(state, {
      ...{ channels: 1, maxFrames: BLOCK, reading: 'annex2', lookahead: 43, hold: 0 },
      ...{ margin: 0.0003, link: 1, ceilingDelay: DELAY },
    });
    pass.setRelease({ release: 0.999, slow: 1 });
    pass.setCeiling(1, false);
    const [audio] = state.memory.planar(1, BLOCK);
    const asked: number[] = [];
    for (let at = 0; at < 48000; at += BLOCK) {
      if (at > 0 && at % 240 === 0) pass.setCeiling(Math.fround(1 - (0.75 * at) / 48000), true);
      asked.push(Math.fround(1 - (0.75 * (at - (at % 240))) / 48000));
      for (let i = 0; i < BLOCK; i++) audio[i] = 0.9 * Math.sin(0.3 * (at + i));
      pass.process([audio], BLOCK, true);
      // What comes out came in before; its ceiling came into force by then.
      const then = asked[Math.max(0, Math.floor((at - pass.latency - DELAY) / BLOCK))];
      for (let i = 0; i < BLOCK; i++) expect(Math.abs(audio[i])).toBeLessThanOrEqual(then);
    }
  });

  it('lets go of a slow depth of 0.5 within 14 releases once its release is plain', () => {
    const state = stateOn(backend);
    const gain = new LimiterGain(state, { maxFrames: 4800, lookahead: 10, hold: 12, margin: 0 });
    const level = state.memory.f32(4800).fill(2);
    gain.setCeiling(1);
    gain.setRelease({ release: 0.99, slow: 0.999 });
    gain.follow(level, 0, 4800);
    gain.setRelease({ release: 0.99, slow: 1 });
    gain.follow(level.fill(0), 0, 1500);
    expect(gain.newest).toBe(1);
    expect(gain.depth[1499]).toBe(0);
  });
});
