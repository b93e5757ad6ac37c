import { expect, it } from 'vitest';
import { BiquadCascade } from '../../../src/dsp/filters/biquad-cascade.ts';
import { designBiquad } from '../../../src/dsp/filters/biquad-design.ts';
import { BACKENDS, stateOn } from '../../support/backends.ts';
import { maxAbsDifference, noise } from '../../support/signals.ts';

const sections = (count: number) =>
  Array.from({ length: count }, (_, n) =>
    designBiquad('peaking', 100 * (n + 1), n % 2 ? -3 : 3, { q: 1 }, 48000),
  );

it.each([1, 2, 3, 4, 5, 6, 7, 11])(
  '%i sections over 1 to 5 channels differ by zero between the backends',
  (count) => {
    for (const channels of [1, 2, 3, 5]) {
      const [reference, wasm] = BACKENDS.map((backend) => {
        const state = stateOn(backend);
        const cascade = new BiquadCascade(state, count, channels);
        cascade.setCoefs(sections(count));
        const planar = state.memory.planar(channels, 1003);
        const input = noise(channels, 1003, 1);
        planar.forEach((channel, n) => {
          channel.set(input[n]);
        });
        for (const frames of [1003, 129, 128, 127, 1]) cascade.process(planar, frames);
        return planar.map((channel) => channel.slice());
      });
      expect(maxAbsDifference(reference, wasm)).toBe(0);
    }
  },
);

it('rounds to 32 bits once: eight sections equal a double-precision cascade to half a unit in the last place', () => {
  const state = stateOn('wasm');
  const cascade = new BiquadCascade(state, 8, 1);
  cascade.setCoefs(sections(8));
  const planar = state.memory.planar(1, 2000);
  const [input] = noise(1, 2000, 2);
  planar[0].set(input);
  cascade.process(planar, 2000);

  let signal = Float64Array.from(input);
  for (const { b0, b1, b2, a1, a2 } of sections(8)) {
    let [s1, s2] = [0, 0];
    signal = signal.map((x) => {
      const y = b0 * x + s1;
      s1 = b1 * x + s2 - a1 * y;
      s2 = b2 * x - a2 * y;
      return y;
    });
  }
  expect(planar[0]).toEqual(Float32Array.from(signal));
});

it.each(BACKENDS)(
  'of full-scale DC a highpass of 5 Hz at 192 kHz leaves less than -158 dB, %s',
  (backend) => {
    const state = stateOn(backend);
    const cascade = new BiquadCascade(state, 1, 4);
    const section = designBiquad('highpass', 5, 0, { q: Math.SQRT1_2 }, 192000);
    cascade.setCoefs([section]);
    const planar = state.memory.planar(4, 4096);
    // Five seconds, in which what the step set off decays by 690 dB: what is left is rounding, up to three times half a unit
    // of 2^-52 a frame, which the two poles raise by 1 / (1 + a1 + a2) = 3.7e7.
    for (let n = 0; n < 235; n++) {
      planar.forEach((channel, k) => {
        channel.fill([1, 0.9, -0.7, 0.3][k]);
      });
      cascade.process(planar, 4096);
    }
    const most = Math.max(...planar.map((channel) => Math.abs(channel[4095])));
    expect(20 * Math.log10(most)).toBeLessThan(-158);
  },
);
