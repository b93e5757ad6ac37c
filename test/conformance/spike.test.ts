import { describe, expect, it } from 'vitest';
import { audioFormat } from '../../src/audio/format.ts';
import { stageNamed, stages } from '../../src/stages/registry.ts';
import { stageParams } from '../../src/stages/stage-transform.ts';
import { render } from '../support/render.ts';
import { noise, rmsDb, type Signal, sine, slice } from '../support/signals.ts';

const FORMAT = audioFormat(48000, 2);
const SPIKE_AT = 24_000;
/** +40 dBFS, which the guard lets through. */
const SPIKE = 100;
/** What is waited for where a stage names no release: that of the limiter's default. */
const DEFAULT_RELEASE_MS = 100;
/** Lengths over which levels are compared: 10 ms. */
const WINDOW = 480;

/** The longest release in a stage's parameters, in bands too. */
function longestRelease(params: unknown): number {
  if (typeof params !== 'object' || params === null) return 0;
  return Math.max(
    0,
    ...Object.entries(params).map(([name, value]) =>
      name === 'release' ? Number(value) : longestRelease(value),
    ),
  );
}

/** Steady programme: noise and a tone, with a value put in its place at one frame. */
function programme(frames: number, value?: number): Signal {
  const tone = sine(FORMAT, frames, 440, 0.1);
  const signal = noise(2, frames, 21, 0.1).map((channel, n) =>
    channel.map((sample, i) => sample + tone[n][i]),
  );
  if (value !== undefined) for (const channel of signal) channel[SPIKE_AT] = value;
  return signal;
}

/** Largest difference in level of two signals over 10 ms, in dB. */
function largestLevelDifference(a: Signal, b: Signal): number {
  let largest = 0;
  for (let at = 0; at + WINDOW <= a[0].length; at += WINDOW) {
    const [x, y] = [a, b].map((signal) => rmsDb(slice(signal, at, at + WINDOW)));
    largest = Math.max(largest, Math.abs(x - y));
  }
  return largest;
}

/** Settings beside the exercise ones at which an envelope works on this programme, one kind of envelope each. */
const FURTHER: readonly (readonly [name: string, settings: object])[] = [
  ['compressor', { threshold: -40, ratio: 8, detection: 'rms', release: 40 }],
  ['compressor', { threshold: -40, ratio: 8, topology: 'feedback', adaptiveRelease: true }],
  ['compressor', { threshold: -10, ratio: 3, mode: 'up', hold: 20 }],
  ['deesser', { threshold: -5, ratio: 4, release: 20, mode: 'wide' }],
  ['deesser', { threshold: 0, ratio: 100 }],
  ['gate', { threshold: -5, release: 300 }],
  ['gate', { threshold: -5, ratio: 2, detection: 'rms', hold: 0 }],
  ['limiter', { ceiling: -20 }],
  ['limiter', { ceiling: -20, mode: 'samplePeak', adaptiveRelease: true }],
];

const cases = [
  ...stages
    .filter(({ transparent }) => !transparent)
    .map(({ name, exercise }): readonly [string, object] => [name, exercise as object]),
  ...FURTHER,
].map(([name, settings]) => {
  const stage = stageNamed(name)!;
  const release = longestRelease(stageParams(stage, settings as never)) || DEFAULT_RELEASE_MS;
  return { name, stage, settings, release };
});

describe.each(cases)('$name, $settings', ({ stage, settings, release }) => {
  const from = SPIKE_AT + Math.ceil(7 * release * 48);
  const frames = from + 9600;
  const recovered = (value?: number): Signal =>
    slice(render(stage, settings, FORMAT, programme(frames, value)), from);
  const undisturbed = recovered();

  it.each([
    ['a spike of +40 dBFS', SPIKE],
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
  ])(`is within 1 dB of the undisturbed run ${7 * release} ms after %s`, (_what, value) => {
    expect(largestLevelDifference(recovered(value), undisturbed)).toBeLessThan(1);
  });
});
