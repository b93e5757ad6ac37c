import { describe, expect, it } from 'vitest';
import { audioFormat } from '../../src/audio/format.ts';
import { crossover } from '../../src/stages/crossover.ts';
import { deesser } from '../../src/stages/deesser.ts';
import { feed, open, render } from '../support/render.ts';
import { difference, maxAbsDifference, noise, rmsDb, type Signal, sine, slice } from '../support/signals.ts';

const MONO = audioFormat(48000, 1);
const db = (level: number): number => 10 ** (level / 20);

const sum = (...signals: Signal[]): Signal =>
  signals[0].map((channel, n) => channel.map((_, i) => signals.reduce((all, one) => all + one[n][i], 0)));

/** A voice in the rough: a vowel of three tones, and every 300 ms an s of 100 ms at 10 kHz, 12 dB over it. */
function voice(frames: number, peak: number): Signal {
  const vowel = [700, 1100, 2500].map((freqHz) => sine(MONO, frames, freqHz, 0.1 * peak));
  const hiss = sine(MONO, frames, 10_000, 0.7 * peak);
  hiss[0].forEach((value, i) => {
    if (i % 14400 < 9600) hiss[0][i] = 0;
    else hiss[0][i] = value;
  });
  return sum(...vowel, hiss);
}

/** Level in dB of a tone over the last half. */
function levelOf(signal: Signal, freqHz: number): number {
  const from = signal[0].length / 2;
  let [re, im] = [0, 0];
  for (let i = from; i < signal[0].length; i++) {
    re += signal[0][i] * Math.cos((2 * Math.PI * freqHz * i) / 48000);
    im += signal[0][i] * Math.sin((2 * Math.PI * freqHz * i) / 48000);
  }
  return 20 * Math.log10(Math.hypot(re, im) / (from / 2));
}

/** A frequency as the bilinear transform maps it. */
const warped = (freqHz: number): number => Math.tan((Math.PI * freqHz) / 48000);
/** Linkwitz-Riley magnitudes of fourth order, in dB. */
const lowpassDb = (freqHz: number, corner: number): number =>
  -20 * Math.log10(1 + (warped(freqHz) / warped(corner)) ** 4);
const highpassDb = (freqHz: number, corner: number): number => lowpassDb(corner, freqHz);

/** A signal that begins without a click: faded in over 100 ms. */
const fadedIn = (signal: Signal): Signal =>
  signal.map((channel) =>
    channel.map((value, i) => value * 0.5 * (1 - Math.cos(Math.PI * Math.min(i / 4800, 1)))),
  );

describe('deesser', () => {
  it('at rest passes every bit in wide mode, and is the allpass of its crossover in split mode', () => {
    const quiet = fadedIn(sum(sine(MONO, 24000, 1500, 0.5), sine(MONO, 24000, 9000, 0.01)));
    expect(maxAbsDifference(render(deesser, { mode: 'wide' }, MONO, quiet), quiet)).toBe(0);
    const split = render(deesser, {}, MONO, quiet);
    const bands = open(crossover, { freqs: [6000] }, MONO);
    const summed = feed(bands.run, quiet);
    expect(rmsDb(difference(split, summed))).toBeLessThan(-140);
    expect(Math.abs(levelOf(split, 1500) - levelOf(quiet, 1500))).toBeLessThan(0.001);
    expect(Math.abs(levelOf(split, 9000) - levelOf(quiet, 9000))).toBeLessThan(0.001);
  });

  it.each([3, 9, 15, 21])(
    'takes (1 - 1/R) of what a tone stands over the threshold against the one beneath: %i dB, within 0.1 dB',
    (over) => {
      const [low, high, freq] = [2000, 14000, 6000];
      const beneath = -30;
      // The neighbourhood begins at freq / 8, with a Butterworth high-pass of second order.
      const butterworthDb = -10 * Math.log10(1 + (warped(freq / 8) / warped(low)) ** 4);
      const above = beneath + over + lowpassDb(low, freq) + butterworthDb - highpassDb(high, freq);
      const input = sum(sine(MONO, 48000, low, db(beneath)), sine(MONO, 48000, high, db(above)));
      const settings = { freq, threshold: 0, ratio: 3, range: 40 };
      const expected = -(2 / 3) * over;
      const split = render(deesser, settings, MONO, input);
      // Each band carries a little of the other's tone, in phase: what is turned down is the upper band's share.
      const splitDb = (freqHz: number): number =>
        20 * Math.log10(db(lowpassDb(freqHz, freq)) + db(highpassDb(freqHz, freq) + expected));
      expect(Math.abs(levelOf(split, high) - above - splitDb(high))).toBeLessThan(0.1);
      expect(Math.abs(levelOf(split, low) - beneath - splitDb(low))).toBeLessThan(0.1);
      const wide = render(deesser, { ...settings, mode: 'wide' }, MONO, input);
      expect(Math.abs(levelOf(wide, high) - above - expected)).toBeLessThan(0.1);
      expect(Math.abs(levelOf(wide, low) - beneath - expected)).toBeLessThan(0.1);
    },
  );

  it.each(['split', 'wide'])(
    'does the same to a programme 30 dB lower, within 0.1 dB frame by frame, %s',
    (mode) => {
      const trace = (peak: number): number[] => {
        const { run, processor } = open(deesser, { mode }, MONO, { blockFrames: 480 });
        const input = voice(57600, peak);
        return Array.from({ length: 120 }, (_, n) => {
          feed(run, slice(input, 480 * n, 480 * (n + 1)));
          return processor.meters().reduction as number;
        });
      };
      const [loud, soft] = [trace(1), trace(db(-30))];
      expect(Math.min(...loud)).toBeLessThan(-3);
      loud.forEach((gain, n) => {
        expect(Math.abs(gain - soft[n])).toBeLessThan(0.1);
      });
    },
  );

  it('lowers an s by more than 3 dB and lets the vowel between two of them go by within 0.2 dB', () => {
    const input = voice(57600, 0.5);
    const output = render(deesser, { release: 50 }, MONO, input);
    const part = (signal: Signal, from: number): number => rmsDb(slice(signal, from, from + 2400));
    // The last 50 ms of an s and of a vowel.
    expect(part(output, 43200 - 2400) - part(input, 43200 - 2400)).toBeLessThan(-3);
    expect(Math.abs(part(output, 52800 - 2400) - part(input, 52800 - 2400))).toBeLessThan(0.2);
  });

  it('goes no further than its range of 6 dB, and does nothing in noise beneath its floor or in silence', () => {
    const settings = { range: 6, threshold: -20, ratio: 100 };
    const { run, processor } = open(deesser, settings, MONO);
    feed(run, sine(MONO, 24000, 9000, 0.5));
    expect(processor.meters().maxReduction).toBeCloseTo(-6, 3);
    const hush = open(deesser, { ...settings, threshold: 3 }, MONO);
    feed(hush.run, noise(1, 24000, 1, 1e-7));
    expect(hush.processor.meters().maxReduction).toBeCloseTo(0, 9);
  });

  it('moves both channels alike with link 1, and the one with the s alone with 0', () => {
    const stereo = audioFormat(48000, 2);
    const tone = sine(MONO, 48000, 1500, 0.1);
    const input = [sum(tone, sine(MONO, 48000, 9000, 0.4))[0], sum(tone, sine(MONO, 48000, 9000, 0.01))[0]];
    const right = (link: number): number => {
      const output = render(deesser, { link, mode: 'wide' }, stereo, input);
      return levelOf([output[1]], 1500) - levelOf([input[1]], 1500);
    };
    expect(right(1)).toBeLessThan(-3);
    expect(Math.abs(right(0))).toBeLessThan(0.01);
  });

  it('lets hear the band: with listen a tone two octaves beneath freq is down by 48 dB, one above is there', () => {
    const input = sum(sine(MONO, 48000, 1500, 0.5), sine(MONO, 48000, 12000, 0.5));
    const output = render(deesser, { listen: true }, MONO, input);
    expect(levelOf(output, 1500) - levelOf(input, 1500)).toBeLessThan(-47);
    expect(Math.abs(levelOf(output, 12000) - levelOf(input, 12000))).toBeLessThan(0.6);
  });
});
