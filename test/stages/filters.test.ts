import { describe, expect, it } from 'vitest';
import { audioFormat } from '../../src/audio/format.ts';
import { changeParams } from '../../src/stages/change-params.ts';
import { dcBlocker } from '../../src/stages/dc-blocker.ts';
import type { AnyStage } from '../../src/stages/define-stage.ts';
import { delay } from '../../src/stages/delay.ts';
import { highpass } from '../../src/stages/highpass.ts';
import { lowpass } from '../../src/stages/lowpass.ts';
import { tilt } from '../../src/stages/tilt.ts';
import { feed, open, render } from '../support/render.ts';
import { amplitudeAt, gainAt } from '../support/response.ts';
import { impulse, maxAbsDifference, noise, sine, slice } from '../support/signals.ts';

const RATES = [8000, 11025, 22050, 44100, 48000, 96000, 192000];
const db = (gain: number): number => 20 * Math.log10(gain);

/** s / j of the bilinear transform with its corner at `freq`: x = tan(w/2) / tan(w0/2). */
const warped = (freqHz: number, freq: number, rate: number): number =>
  Math.tan((Math.PI * freqHz) / rate) / Math.tan((Math.PI * freq) / rate);

/** Largest distance in dB between an impulse response and |H|, wherever |H| is above -80 dB. */
function worst(
  stage: AnyStage,
  settings: object,
  rate: number,
  expected: (freqHz: number) => number,
): number {
  const [response] = render(stage, settings, audioFormat(rate, 1), impulse(1, rate / 4, 0));
  let largest = 0;
  for (let freqHz = 20; freqHz < rate * 0.495; freqHz *= 1.29) {
    const gain = db(expected(freqHz));
    if (gain > -80) largest = Math.max(largest, Math.abs(gainAt(response, freqHz, rate) - gain));
  }
  return largest;
}

describe.each(RATES)('at %i Hz, within 0.01 dB wherever it is above -80 dB,', (rate) => {
  const freqs = [60, 1000, 0.35 * rate];

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('highpass and lowpass of order %i follow Butterworth', (order) => {
    for (const freq of freqs) {
      const power = (freqHz: number): number => warped(freqHz, freq, rate) ** (2 * order);
      const low = (freqHz: number): number => 1 / Math.sqrt(1 + power(freqHz));
      const high = (freqHz: number): number => Math.sqrt(power(freqHz) / (1 + power(freqHz)));
      expect(worst(lowpass, { freq, order }, rate, low)).toBeLessThan(0.01);
      expect(worst(highpass, { freq, order }, rate, high)).toBeLessThan(0.01);
    }
  });

  it.each([2, 4, 8])('highpass and lowpass of order %i follow Linkwitz-Riley', (order) => {
    for (const freq of freqs) {
      const settings = { freq, order, type: 'linkwitz-riley' };
      const power = (freqHz: number): number => warped(freqHz, freq, rate) ** order;
      expect(worst(lowpass, settings, rate, (f) => 1 / (1 + power(f)))).toBeLessThan(0.01);
      expect(worst(highpass, settings, rate, (f) => power(f) / (1 + power(f)))).toBeLessThan(0.01);
    }
  });

  it('tilt follows (g s + 1) / (s + g)', () => {
    for (const gain of [-12, 3, 24]) {
      const g = 10 ** (gain / 20);
      const shape = (freqHz: number): number => {
        const x = warped(freqHz, 650, rate);
        return Math.hypot(1, g * x) / Math.hypot(g, x);
      };
      expect(worst(tilt, { gain }, rate, shape)).toBeLessThan(0.01);
    }
  });

  it('dc-blocker follows s / (s + 1)', () => {
    const shape = (freqHz: number): number => Math.hypot(1, 1 / warped(freqHz, 20, rate)) ** -1;
    expect(worst(dcBlocker, { freq: 20 }, rate, shape)).toBeLessThan(0.01);
  });
});

it('dc-blocker takes an offset of 0.5 below -100 dB in a second', () => {
  const input = [new Float32Array(48000).fill(0.5)];
  const [output] = render(dcBlocker, {}, audioFormat(48000, 1), input);
  expect(db(Math.abs(output[47999]))).toBeLessThan(-100);
});

it('tilt back after tilt leaves the signal alone within -130 dB', () => {
  const format = audioFormat(48000, 1);
  const input = noise(1, 4000);
  const back = render(tilt, { gain: -6 }, format, render(tilt, { gain: 6 }, format, input));
  expect(db(maxAbsDifference(back, input))).toBeLessThan(-130);
});

it('a corner at Nyquist leaves every bit alone', () => {
  const format = audioFormat(8000, 1);
  const input = noise(1, 1000);
  for (const stage of [highpass, lowpass, tilt]) {
    expect(maxAbsDifference(render(stage, { freq: 4000 }, format, input), input)).toBe(0);
  }
});

it('a linkwitz-riley filter of order 6 is refused', () => {
  expect(highpass.params.safeParse({ type: 'linkwitz-riley', order: 6 }).success).toBe(false);
  expect(lowpass.params.safeParse({ type: 'linkwitz-riley', order: 8 }).success).toBe(true);
});

describe('a change on a -12 dBFS tone of 1 kHz leaves at most -60 dBFS above 4 kHz', () => {
  it.each<[string, AnyStage, object, object]>([
    ['highpass', highpass, { freq: 30, order: 8 }, { freq: 900 }],
    ['lowpass', lowpass, { freq: 15000, order: 8 }, { freq: 1200 }],
    ['tilt', tilt, { gain: 12 }, { gain: -12, freq: 1500 }],
    ['dc-blocker', dcBlocker, { freq: 1 }, { freq: 200 }],
  ])('of %s', (_name, stage, before, change) => {
    const format = audioFormat(48000, 1);
    const { run, processor } = open(stage, before, format);
    const input = sine(format, 38400, 1000, 0.25);
    feed(run, slice(input, 0, 24000));
    processor.set(changeParams(stage, processor.params as object, change as never, 'test').params);
    const [output] = feed(run, slice(input, 24000));
    for (let at = 0; at + 480 <= output.length; at += 240) {
      for (const freqHz of [4100, 6300, 9700, 15000]) {
        expect(db(amplitudeAt(output.subarray(at, at + 480), freqHz, 48000))).toBeLessThan(-60);
      }
    }
  });
});

describe('delay', () => {
  const format = audioFormat(48000, 2);
  const input = noise(2, 5000);

  it('of 10 ms shifts by 480 frames and keeps the length', () => {
    const output = render(delay, { time: 10 }, format, input);
    expect(output[0].length).toBe(5000);
    expect(maxAbsDifference(slice(output, 480), slice(input, 0, 4520))).toBe(0);
    expect(Math.max(...output[0].subarray(0, 480).map(Math.abs))).toBe(0);
  });

  it('is no latency, and may be given in frames', () => {
    expect(open(delay, { frames: 77 }, format).processor.latency).toBe(0);
    const output = render(delay, { frames: 77 }, format, input);
    expect(maxAbsDifference(slice(output, 77), slice(input, 0, 4923))).toBe(0);
  });

  it('refuses time and frames together', () => {
    expect(delay.params.safeParse({ time: 1, frames: 48 }).success).toBe(false);
  });
});
