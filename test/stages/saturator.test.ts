import { describe, expect, it } from 'vitest';
import { audioFormat } from '../../src/audio/format.ts';
import { demoPiece } from '../../src/demo/demo-piece.ts';
import { saturator } from '../../src/stages/saturator.ts';
import { LINES_FRAMES, lineSine, lines, oddLine, worstAliasDb } from '../support/lines.ts';
import { render } from '../support/render.ts';
import { noise, rmsDb, type Signal, slice } from '../support/signals.ts';

/** Long enough for the 5 Hz high-pass to forget the start: 25 of its time constants. */
const SETTLE = 40000;
/** And longer than what is looked at, so that the end of the tone is not seen through the filters. */
const FRAMES = SETTLE + LINES_FRAMES + 200;

/** Lines of a sine of -18 dBFS peak through the saturator, at its line's multiples, in dB against the first. */
function harmonicsDb(
  settings: object,
  freqHz = 1000,
  peakDb = -18,
  sampleRate = 48000,
): (n: number) => number {
  const line = oddLine(freqHz, sampleRate);
  const input = [lineSine(line, FRAMES, 10 ** (peakDb / 20))];
  const [output] = render(saturator, settings, audioFormat(sampleRate, 1), input);
  const spectrum = lines(output, SETTLE);
  return (n) => 20 * Math.log10(spectrum[n * line] / spectrum[line]);
}

describe('saturator harmonics', () => {
  it.each([
    { drive: 0, even: 1 },
    { drive: 0, even: 0.25 },
    { drive: 3, even: 0.5 },
    { drive: 6, even: 0.5 },
  ])(
    'second and third are even u / 4 and u^2 / 12 of the first within 0.3 dB: drive $drive dB, even $even',
    (set) => {
      // The first terms of the series of tanh x + tanh^2 x even / 2 at peak u.
      const u = 10 ** ((set.drive - 18) / 20);
      const level = harmonicsDb(set);
      expect(Math.abs(level(2) - 20 * Math.log10((set.even * u) / 4))).toBeLessThan(0.3);
      expect(Math.abs(level(3) - 20 * Math.log10((u * u) / 12))).toBeLessThan(0.3);
    },
  );

  it('fall with their number at drive 12 dB: -25, -34, -53 and -67 dB, within 1 dB', () => {
    const level = harmonicsDb({ drive: 12, even: 0.5 });
    [-25, -34, -53, -67].forEach((expected, n) => {
      expect(Math.abs(level(n + 2) - expected)).toBeLessThan(1);
    });
  });

  it('has no even ones at even 0: below -120 dB', () => {
    const level = harmonicsDb({ drive: 12, even: 0 });
    for (const n of [2, 4, 6]) expect(level(n)).toBeLessThan(-120);
  });

  it('tone decides what is saturated: third harmonic of 200 Hz and of 6 kHz 8 dB apart and more at +-6 dB', () => {
    const third = (freqHz: number, tone: number): number =>
      harmonicsDb({ drive: 6, tone }, freqHz, -18, 96000)(3);
    expect(third(200, -6) - third(200, 6)).toBeGreaterThan(8);
    expect(third(6000, 6) - third(6000, -6)).toBeGreaterThan(8);
  });

  it('leaves no offset: below -160 dBFS on a tone with strong even harmonics', () => {
    const input = [lineSine(oddLine(1000, 48000), FRAMES, 0.5)];
    const [output] = render(saturator, { drive: 12, even: 1 }, audioFormat(48000, 1), input);
    expect(20 * Math.log10(lines(output, SETTLE)[0] / 2)).toBeLessThan(-160);
  });
});

it.each([
  [44100, 2, 6, -130],
  [44100, 4, 6, -140],
  [44100, 4, 18, -100],
  [48000, 4, 18, -110],
])(
  'keeps aliases of a 5 kHz sine at -6 dBFS out, %i Hz, %i times, drive %i dB: below %i dB',
  (...figures) => {
    const [sampleRate, oversample, drive, limit] = figures;
    const line = oddLine(5000, sampleRate);
    const input = [lineSine(line, FRAMES, 0.5)];
    const [output] = render(saturator, { drive, oversample }, audioFormat(sampleRate, 1), input);
    expect(worstAliasDb(lines(output, SETTLE), line, 20000, sampleRate)).toBeLessThan(limit);
  },
);

/** Six loud seconds of the demo piece. */
function music(): Signal {
  const [from, to] = [44100 * 8, 44100 * 14];
  const signal = [0, 1].map(() => new Float32Array(44100 * 20));
  let at = 0;
  for (const { channels, frames } of demoPiece({ seconds: 20 })) {
    channels.forEach((channel, n) => {
      signal[n].set(channel.subarray(0, frames), at);
    });
    at += frames;
  }
  return slice(signal, from, to);
}

/** Brought to -18 dBFS rms. */
function aligned(signal: Signal): Signal {
  const gain = 10 ** ((-18 - rmsDb(signal)) / 20);
  return signal.map((channel) => channel.map((value) => value * gain));
}

describe('saturator level match', () => {
  const programme = aligned(music());
  const hiss = aligned(noise(2, 96000, 3));
  const change = (settings: object, input: Signal): number =>
    rmsDb(render(saturator, settings, audioFormat(44100, 2), input)) - rmsDb(input);

  it.each([0, 3, 6, 9, 12, 18, 24])(
    'music at -18 dBFS keeps its level within 0.3 dB at drive %i dB',
    (drive) => {
      for (const even of [0, 1]) expect(Math.abs(change({ drive, even }, programme))).toBeLessThan(0.3);
    },
  );

  it.each([0, 3, 6])('white noise at -18 dBFS keeps its level within 0.5 dB at drive %i dB', (drive) => {
    expect(Math.abs(change({ drive }, hiss))).toBeLessThan(0.5);
  });

  it.each([-6, -3, 3, 6])('music at -18 dBFS keeps its level within 0.8 dB with a tone of %i dB', (tone) => {
    expect(Math.abs(change({ drive: 6, tone }, programme))).toBeLessThan(0.8);
  });
});
