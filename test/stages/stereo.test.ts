import { describe, expect, it } from 'vitest';
import { audioFormat } from '../../src/audio/format.ts';
import { stereo } from '../../src/stages/stereo.ts';
import { feed, open, render } from '../support/render.ts';
import { gainAt } from '../support/response.ts';
import {
  difference,
  impulse,
  maxAbsDifference,
  noise,
  rmsDb,
  type Signal,
  sine,
  slice,
} from '../support/signals.ts';

const STEREO = audioFormat(48000, 2);

const mid = ([left, right]: Signal): Signal => [left.map((value, i) => (value + right[i]) / 2)];
const side = ([left, right]: Signal): Signal => [left.map((value, i) => (value - right[i]) / 2)];
const change = (part: (signal: Signal) => Signal, settings: object, input = noise(2, 9600, 1)): number =>
  rmsDb(part(render(stereo, settings, STEREO, input))) - rmsDb(part(input));

describe('stereo gains', () => {
  it('scales the side by width and leaves the mid: +6.02 dB at 2, -6.02 dB at 0.5, silence at 0', () => {
    expect(change(side, { width: 2 })).toBeCloseTo(6.0206, 3);
    expect(change(side, { width: 0.5 })).toBeCloseTo(-6.0206, 3);
    expect(change(side, { width: 0 })).toBe(Number.NEGATIVE_INFINITY);
    for (const width of [0, 0.5, 2]) expect(change(mid, { width })).toBeCloseTo(0, 4);
  });

  it('turns mid down by 3 dB and side up by 2 dB', () => {
    expect(change(mid, { midGain: -3, sideGain: 2 })).toBeCloseTo(-3, 4);
    expect(change(side, { midGain: -3, sideGain: 2 })).toBeCloseTo(2, 4);
  });

  it('balances linearly: 0.25 takes a quarter off the left, -1 silences the right', () => {
    const left = ([channel]: Signal): Signal => [channel];
    const right = ([, channel]: Signal): Signal => [channel];
    expect(change(left, { balance: 0.25 })).toBeCloseTo(20 * Math.log10(0.75), 4);
    expect(change(right, { balance: 0.25 })).toBeCloseTo(0, 4);
    expect(change(right, { balance: -1 })).toBe(Number.NEGATIVE_INFINITY);
  });

  it('gives back what came in within one rounding at its defaults: below -140 dB', () => {
    const input = noise(2, 9600, 2);
    expect(rmsDb(difference(render(stereo, {}, STEREO, input), input)) - rmsDb(input)).toBeLessThan(-140);
  });
});

describe('stereo inputs', () => {
  it('exchanges the channels and turns them over, within one rounding', () => {
    const [left, right] = noise(2, 4800, 3);
    const turned = right.map((value) => -value);
    const output = render(stereo, { swap: true, polarity: 'right' }, STEREO, [left, right]);
    expect(maxAbsDifference(output, [turned, left])).toBeLessThan(1e-7);
  });

  it.each([
    [1, [0, 48]],
    [-2, [96, 0]],
  ] as const)('a delay of %f ms puts left and right %j frames later and is no latency', (delay, [l, r]) => {
    const output = render(stereo, { delay }, STEREO, impulse(2, 480, 100));
    expect(output.map((channel) => channel.indexOf(1))).toEqual([100 + l, 100 + r]);
  });

  it.each([1, 3, 6])('passes audio of %i channels to the bit', (channels) => {
    const input = noise(channels, 4800, 4);
    const settings = { width: 0, balance: 1, monoBelow: 200, polarity: 'both', delay: 3, monoGuard: true };
    expect(render(stereo, settings, audioFormat(48000, channels), input)).toEqual(input);
  });
});

describe('stereo monoBelow', () => {
  const left = impulse(2, 48000, 0);
  left[1].fill(0);
  const output = render(stereo, { monoBelow: 120 }, STEREO, left);

  it('has -6.02 dB of side at 120 Hz, less than -48 dB at 30 Hz, and all of it at 2 kHz', () => {
    const [response] = side(output).map((channel) => channel.map((value) => 2 * value));
    expect(gainAt(response, 120, 48000)).toBeCloseTo(-6.0206, 3);
    expect(gainAt(response, 30, 48000)).toBeLessThan(-48);
    expect(gainAt(response, 2000, 48000)).toBeCloseTo(0, 3);
  });

  it('leaves the mid flat within 0.001 dB from 20 Hz to 20 kHz', () => {
    const [response] = mid(output).map((channel) => channel.map((value) => 2 * value));
    for (const freq of [20, 60, 120, 240, 1000, 20000]) {
      expect(Math.abs(gainAt(response, freq, 48000))).toBeLessThan(0.001);
    }
  });

  it('turns mid and side by the same phase: at 240 Hz a left-only tone leaks into the right by the lost side alone', () => {
    // Right = (M - S) / 2: with equal phases |M| - |S|, where |S| = 1 / (1 + (f0 / f)^4) of a Linkwitz-Riley high-pass.
    const w = (f: number): number => Math.tan((Math.PI * f) / 48000);
    const lost = 1 - 1 / (1 + (w(120) / w(240)) ** 4);
    expect(gainAt(output[1], 240, 48000)).toBeCloseTo(20 * Math.log10(lost / 2), 3);
  });
});

/** Correlation coefficient of two channels. */
function correlation([left, right]: Signal): number {
  let [both, l, r] = [0, 0, 0];
  left.forEach((value, i) => {
    both += value * right[i];
    l += value * value;
    r += right[i] * right[i];
  });
  return both / Math.sqrt(l * r);
}

describe('stereo monoGuard', () => {
  const [m, s] = noise(2, 96000, 5, 0.3);
  const from = (sideGain: number): Signal => [
    m.map((value, i) => value + sideGain * s[i]),
    m.map((value, i) => value - sideGain * s[i]),
  ];

  it.each([1.5, 2, 3.5])('brings a side %f times the mid to a correlation of 0 +-0.02', (sideGain) => {
    const input = from(sideGain);
    expect(correlation(input)).toBeLessThan(-0.35);
    const output = slice(render(stereo, { monoGuard: true }, STEREO, input), 48000);
    expect(Math.abs(correlation(output))).toBeLessThan(0.02);
  });

  it('leaves audio alone to the bit that correlates above 0.1', () => {
    const input = from(0.8);
    const output = render(stereo, { monoGuard: true }, STEREO, input);
    expect(maxAbsDifference(slice(output, 2400), slice(render(stereo, {}, STEREO, input), 2400))).toBe(0);
  });

  it('turns pure antiphase down by 12.04 dB, never off, and says so', () => {
    const [tone] = sine(STEREO, 96000, 1000, 0.5);
    const { run, processor } = open(stereo, { monoGuard: true }, STEREO);
    const output = feed(run, [tone, tone.map((value) => -value)]);
    expect(rmsDb(slice(output, 48000)) - rmsDb([tone])).toBeCloseTo(-12.0412, 3);
    expect(processor.meters().guard).toBeCloseTo(-12.0412, 3);
  });
});

it.each([
  { width: 2 },
  { balance: -1 },
  { midGain: -20 },
  { sideGain: -20 },
  { monoBelow: 500 },
  { polarity: 'left' },
  { polarity: 'both' },
  { swap: true },
  { monoGuard: true },
])('changes to %j without a click: a 1 kHz tone keeps its recurrence within -75 dBFS', (settings) => {
  const [tone] = sine(STEREO, 24000, 1000, 0.25);
  const input = [tone, tone.map((value) => -0.6 * value)];
  const { run, processor } = open(stereo, {}, STEREO);
  feed(run, slice(input, 0, 8000));
  processor.set({ ...(processor.params as object), ...settings });
  const step = 2 * Math.cos((2 * Math.PI * 1000) / 48000);
  for (const x of feed(run, slice(input, 8000))) {
    // x[i + 1] + x[i - 1] = 2 cos(w) x[i] for any sine of 1 kHz; a click would stand out whole.
    const rest = x.slice(2).map((value, i) => value - step * x[i + 1] + x[i]);
    expect(20 * Math.log10(Math.max(...rest.map(Math.abs)))).toBeLessThan(-75);
  }
});
