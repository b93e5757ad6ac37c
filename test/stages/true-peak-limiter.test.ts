import { describe, expect, it } from 'vitest';
import { audioFormat } from '../../src/audio/format.ts';
import { limiter } from '../../src/stages/limiter.ts';
import { bandLimited, OVERS, overs, scaledTo } from '../support/overs.ts';
import { render } from '../support/render.ts';
import { maxAbsDifference, noise, sine } from '../support/signals.ts';
import { annex2Peak, sixteenfoldPeak } from '../support/true-peak-meter.ts';

const CEILING = -1;
const overDb = (peak: number): number => 20 * Math.log10(peak) - CEILING;

describe.each([44100, 48000, 96000])('limiter of true peaks at %i Hz', (sampleRate) => {
  const frames = 8000;

  it.each(OVERS)('holds %s, 6 and 20 dB over, to 0.00 dB over the ceiling by the Annex 2 filter', (name) => {
    for (const over of [6, 20]) {
      for (const channels of over === 6 ? [1, 2, 6] : [1]) {
        const peak = 10 ** ((over + CEILING) / 20);
        const input = overs(name, { channels, frames, sampleRate, peak });
        const output = render(limiter, { ceiling: CEILING }, audioFormat(sampleRate, channels), input);
        expect(Math.round(overDb(annex2Peak(output)) * 100)).toBeLessThanOrEqual(0);
      }
    }
  });

  it.each(OVERS)('holds %s, band-limited to 20 kHz, within 0.12 dB by a 16-fold meter', (name) => {
    const peak = 10 ** ((12 + CEILING) / 20);
    const full = overs(name, { channels: 1, frames, sampleRate, peak });
    const input = scaledTo(bandLimited(full, sampleRate), peak);
    const output = render(limiter, { ceiling: CEILING }, audioFormat(sampleRate, 1), input);
    expect(overDb(sixteenfoldPeak(output))).toBeLessThan(0.12);
  });
});

describe('limiter of true peaks', () => {
  const format = audioFormat(48000, 1);

  it('passes what needs no limiting bit for bit: noise whose true peak is 6 dB under the ceiling', () => {
    const input = noise(1, 20000, 3, 0.2);
    expect(maxAbsDifference(render(limiter, { ceiling: -1 }, format, input), input)).toBe(0);
  });

  it.each([
    [1000, -100],
    [50, -58],
  ])('limits a steady %i Hz sine by 6 dB with harmonics 2 to 10 below %i dB', (freqHz, limit) => {
    const [output] = render(limiter, { ceiling: -6.0206 }, format, sine(format, 96000, freqHz, 1));
    const amplitude = (harmonic: number): number => {
      let [re, im] = [0, 0];
      for (let i = 48000; i < 96000; i++) {
        const phase = (2 * Math.PI * freqHz * harmonic * i) / 48000;
        re += output[i] * Math.cos(phase);
        im += output[i] * Math.sin(phase);
      }
      return Math.hypot(re, im) / 24000;
    };
    const harmonics = [2, 3, 4, 5, 6, 7, 8, 9, 10].reduce((sum, n) => sum + amplitude(n) ** 2, 0);
    expect(10 * Math.log10(harmonics / amplitude(1) ** 2)).toBeLessThan(limit);
  });

  it('moves its gain by at most 1 % of unity a frame for overs of 20 dB', () => {
    const input = noise(1, 48000, 5, 0.01);
    for (let i = 5000; i < 48000; i += 7919) input[0][i] = 8.9;
    const [output] = render(limiter, { ceiling: -1 }, format, input);
    let steepest = 0;
    for (let i = 1; i < 48000; i++) {
      const step = output[i] / input[0][i] - output[i - 1] / input[0][i - 1];
      if (Number.isFinite(step)) steepest = Math.max(steepest, Math.abs(step));
    }
    expect(steepest).toBeLessThan(0.01);
  });
});
