import { describe, expect, it } from 'vitest';
import { audioFormat } from '../../src/audio/format.ts';
import { CURVES } from '../../src/dsp/dynamics/waveshaper.ts';
import { clipper } from '../../src/stages/clipper.ts';
import { LINES_FRAMES, lineSine, lines, oddLine, worstAliasDb } from '../support/lines.ts';
import { drain, feed, join, open, render } from '../support/render.ts';
import { difference, rmsDb, type Signal, sine, slice } from '../support/signals.ts';

/** A 5 kHz sine 6 dB over the ceiling, clipped: its strongest alias up to 20 kHz, in dB against the fundamental. */
function aliasDb(settings: object, sampleRate: number): number {
  const line = oddLine(5000, sampleRate);
  const input = [lineSine(line, LINES_FRAMES + 600, 10 ** (-2 / 20))];
  const [output] = render(clipper, { ceiling: -8, ...settings }, audioFormat(sampleRate, 1), input);
  return worstAliasDb(lines(output, 300), line, 20000, sampleRate);
}

describe.each([44100, 48000, 96000])(
  'clipper aliases of a 5 kHz sine 6 dB over the ceiling at %i Hz',
  (rate) => {
    it.each([
      ['tanh', -135],
      ['cubic', -100],
      ['quintic', -90],
      ['hard', -67],
    ] as const)('%s at 8 times: below %f dB', (type, limit) => {
      expect(aliasDb({ type }, rate)).toBeLessThan(limit);
    });

    it('hard: each doubling of the rate brings them down, by 20 dB and more from 4 to 16 times', () => {
      const [none, two, four, eight, sixteen] = [1, 2, 4, 8, 16].map((oversample) =>
        aliasDb({ type: 'hard', oversample }, rate),
      );
      expect(two).toBeLessThan(none - 5);
      expect(four).toBeLessThan(two - 5);
      expect(eight).toBeLessThan(four - 5);
      expect(sixteen).toBeLessThan(four - 20);
    });
  },
);

const FORMAT = audioFormat(48000, 1);

it.each(CURVES)('%s leaves a 1 kHz tone 40 dB under the ceiling within -70 dB of itself', (type) => {
  const input = sine(FORMAT, 12000, 1000, 0.005);
  const output = render(clipper, { type, ceiling: -6 }, FORMAT, input);
  const rest = difference(slice(output, 500, 11500), slice(input, 500, 11500));
  expect(rmsDb(rest) - rmsDb(input)).toBeLessThan(-70);
});

it.each([
  ['tanh', 0.01],
  ['cubic', 0.5],
  ['quintic', 0.7],
  ['hard', 0.9],
] as const)(
  '%s lets the peaks of a 5 kHz sine 6 dB over pass the ceiling by less than %f dB',
  (type, over) => {
    const input = sine(FORMAT, 12000, 5003, 1);
    const output = render(clipper, { type, ceiling: -6 }, FORMAT, input);
    const peak = Math.max(...slice(output, 500, 11500)[0].map(Math.abs));
    expect(20 * Math.log10(peak) + 6).toBeLessThan(over);
  },
);

it('changes drive and ceiling together without a click: a 1 kHz tone keeps its recurrence within -75 dBFS', () => {
  const input = sine(FORMAT, 24000, 1000, 0.25);
  const { run, processor } = open(clipper, { type: 'hard', ceiling: -1 }, FORMAT);
  const head = feed(run, slice(input, 0, 8000));
  processor.set({ type: 'hard', oversample: 8, ceiling: -4, drive: -5 });
  const output: Signal = join(join(head, feed(run, slice(input, 8000))), drain(run));
  // x[i + 1] + x[i - 1] = 2 cos(w) x[i] for any sine of 1 kHz; a click would stand out whole.
  const [x] = output;
  let largest = 0;
  for (let i = 600; i < 23000; i++) {
    const bendOfTone = x[i + 1] - 2 * x[i] * Math.cos((2 * Math.PI * 1000) / 48000) + x[i - 1];
    largest = Math.max(largest, Math.abs(bendOfTone));
  }
  expect(20 * Math.log10(largest)).toBeLessThan(-75);
});
