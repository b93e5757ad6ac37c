import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { audioFormat } from '../../src/audio/format.ts';
import { limiter } from '../../src/stages/limiter.ts';
import { feed, join, open, render } from '../support/render.ts';
import { impulse, maxAbsDifference, noise, programme, type Signal, sine, slice } from '../support/signals.ts';
import { annex2Peak } from '../support/true-peak-meter.ts';

const STEREO = audioFormat(48000, 2);

const peakOf = (signal: Signal): number =>
  signal.reduce((top, channel) => channel.reduce((most, value) => Math.max(most, Math.abs(value)), top), 0);

const square = (frames: number, period: number, peak: number): Signal => [
  Float32Array.from({ length: frames }, (_, i) => (i % period < period / 2 ? peak : -peak)),
];

describe('limiter', () => {
  it.each([8000, 44100, 48000, 96000, 192000])(
    'lets no sample over the ceiling in either mode, for any signal at %i Hz',
    (sampleRate) => {
      fc.assert(
        fc.property(
          fc.record({
            ceiling: fc.double({ min: -20, max: 0, noNaN: true }),
            lookahead: fc.double({ min: 0.5, max: 20, noNaN: true }),
            release: fc.double({ min: 1, max: 500, noNaN: true }),
            overDb: fc.double({ min: 0, max: 55, noNaN: true }),
            seed: fc.integer({ min: 1, max: 1e6 }),
            link: fc.constantFrom(0, 0.5, 1),
            adaptiveRelease: fc.boolean(),
            mode: fc.constantFrom('truePeak', 'samplePeak'),
          }),
          ({ overDb, seed, ...settings }) => {
            const { ceiling } = settings;
            const format = audioFormat(sampleRate, 2);
            const input = programme(2, 4000, seed, 10 ** ((ceiling + overDb) / 20));
            const output = render(limiter, settings, format, input);
            expect(peakOf(output)).toBeLessThanOrEqual(10 ** (ceiling / 20));
          },
        ),
        { numRuns: 20 },
      );
    },
  );

  it.each([
    ['a lone click', impulse(1, 4800, 2400, 30)],
    ['a step', [Float32Array.from({ length: 4800 }, (_, i) => (i < 2400 ? 0.01 : 8))]],
    ['a square', square(9600, 7, 5)],
    ['white noise', noise(1, 9600, 2, 20)],
    ['a click in the last frame', impulse(1, 4800, 4799, 30)],
    ['a click in the first frame', impulse(1, 4800, 0, 30)],
  ])('keeps the samples of %s under -1 dBFS and within 0.1 dB of it', (_name, input) => {
    const settings = { ceiling: -1, mode: 'samplePeak' };
    const output = render(limiter, settings, audioFormat(48000, 1), input);
    expect(peakOf(output)).toBeLessThanOrEqual(10 ** (-1 / 20));
    expect(peakOf(output)).toBeGreaterThan(10 ** (-1.1 / 20));
  });

  it('passes what needs no limiting bit for bit, up to the ceiling itself', () => {
    const input = noise(2, 20000, 3, 10 ** (-1 / 20) * 0.9999);
    const settings = { ceiling: -1, mode: 'samplePeak' };
    expect(maxAbsDifference(render(limiter, settings, STEREO, input), input)).toBe(0);
    const tone = sine(STEREO, 20000, 100, 10 ** (-1 / 20) * 0.998);
    for (const channel of tone) for (let i = 0; i < 1000; i++) channel[i] *= i / 1000;
    for (const channel of tone) for (let i = 0; i < 1000; i++) channel[19999 - i] *= i / 1000;
    expect(maxAbsDifference(render(limiter, { ceiling: -1 }, STEREO, tone), tone)).toBe(0);
  });

  it('passes bit for bit again, 16 releases after the last over', () => {
    const input = noise(2, 48000, 4, 0.3);
    input[0][100] = 4;
    const output = render(limiter, { ceiling: -1, release: 50 }, STEREO, input);
    const from = 100 + 48 * 50 * 16;
    for (let n = 0; n < 2; n++) expect(output[n].subarray(from)).toEqual(input[n].subarray(from));
  });

  it('moves its gain by at most 1 % of unity a frame for overs of 20 dB', () => {
    const input = noise(1, 48000, 5, 0.01);
    for (let i = 5000; i < 48000; i += 7919) input[0][i] = 8.9;
    const [output] = render(limiter, { ceiling: -1 }, audioFormat(48000, 1), input);
    let steepest = 0;
    for (let i = 1; i < 48000; i++) {
      const gain = output[i] / input[0][i];
      const before = output[i - 1] / input[0][i - 1];
      if (Number.isFinite(gain - before)) steepest = Math.max(steepest, Math.abs(gain - before));
    }
    expect(steepest).toBeLessThan(0.01);
  });

  it.each([
    [1000, -100],
    [50, -58],
  ])('limits a steady sine of %i Hz by 6 dB with harmonics below %i dB', (freqHz, harmonicsDb) => {
    const frames = 48000;
    const format = audioFormat(48000, 1);
    const [output] = render(limiter, { ceiling: -6.0206 }, format, sine(format, frames, freqHz, 1));
    const amplitude = (harmonic: number): number => {
      let re = 0;
      let im = 0;
      for (let i = frames / 2; i < frames; i++) {
        const phase = (2 * Math.PI * freqHz * harmonic * i) / 48000;
        re += output[i] * Math.cos(phase);
        im += output[i] * Math.sin(phase);
      }
      return Math.hypot(re, im) / (frames / 4);
    };
    const harmonics = [2, 3, 4, 5, 6, 7, 8, 9, 10].reduce((sum, n) => sum + amplitude(n) ** 2, 0);
    expect(20 * Math.log10(amplitude(1))).toBeCloseTo(-6.06, 1);
    expect(10 * Math.log10(harmonics / amplitude(1) ** 2)).toBeLessThan(harmonicsDb);
  });

  it('reports the largest reduction it applied: 6 dB within 0.1 dB, in any blocks', () => {
    for (const blockFrames of [64, 1000, 4096]) {
      const { run, processor } = open(limiter, { ceiling: -6 }, STEREO, { blockFrames });
      feed(run, sine(STEREO, 9600, 1000, 1));
      feed(run, sine(STEREO, 9600, 1000, 0.01));
      expect(processor.meters().maxReduction).toBeCloseTo(-6, 1);
    }
  });

  it('holds true peaks under a ceiling that falls by 19 dB in steps every 5 ms, for a lookahead of 20 ms', () => {
    const frames = 96000;
    const step = 240;
    const settings = { ceiling: -1, lookahead: 20, release: 5 };
    const { run, processor } = open(limiter, settings, audioFormat(48000, 1), { blockFrames: step });
    const ceilingAt = (frame: number): number => -1 - (19 * frame) / frames;
    const input = noise(1, frames, 11, 8);
    let output = feed(run, slice(input, 0, 0));
    for (let at = 0; at < frames; at += step) {
      if (at > 0) processor.set({ ...(processor.params as object), ceiling: ceilingAt(at) });
      output = join(output, feed(run, slice(input, at, at + step)));
    }
    for (let at = 0; at + 2400 <= output[0].length; at += 2400) {
      const peak = annex2Peak(slice(output, at, at + 2400));
      expect(20 * Math.log10(peak)).toBeLessThanOrEqual(ceilingAt(at));
    }
  });

  it('reports its latency: the lookahead in frames, and 85 more for what lies between the samples', () => {
    for (const [lookahead, frames] of [
      [5, 240],
      [0.5, 24],
      [20, 960],
    ]) {
      expect(open(limiter, { lookahead, mode: 'samplePeak' }, STEREO).processor.latency).toBe(frames);
      expect(open(limiter, { lookahead }, STEREO).processor.latency).toBe(frames + 85);
    }
  });

  it('brings each channel down by itself with link 0, alike with link 1, and halfway with link 0.5', () => {
    const input = [sine(STEREO, 24000, 1000, 1)[0], sine(STEREO, 24000, 1000, 0.1)[0]];
    const gainOfSecond = (link: number): number => {
      const output = render(limiter, { ceiling: -6, link }, STEREO, input);
      return peakOf([output[1].subarray(12000)]) / 0.1;
    };
    expect(gainOfSecond(0)).toBeCloseTo(1, 6);
    expect(gainOfSecond(1)).toBeCloseTo(10 ** (-6.03 / 20), 3);
    expect(gainOfSecond(0.5)).toBeCloseTo((1 + 10 ** (-6.03 / 20)) / 2, 3);
  });

  it('releases a lone click in a quarter of the time and dense noise in more than twice, with adaptiveRelease', () => {
    /** Frames after which a gain that was at -20 dB or lower is back at -1 dB, behind frame `from`. */
    const recovery = (adaptiveRelease: boolean, loudFrames: number): number => {
      const input = sine(STEREO, 144000, 11, 0.01);
      input[0].set(noise(1, loudFrames, 7, 10)[0], 48000);
      input[1].fill(0.001);
      const output = render(limiter, { ceiling: -1, adaptiveRelease }, STEREO, input);
      const from = 48000 + loudFrames;
      return output[1].subarray(from).findIndex((y) => y > 0.001 * 10 ** (-1 / 20));
    };
    expect(recovery(true, 20) / recovery(false, 20)).toBeLessThan(0.4);
    expect(recovery(true, 40000) / recovery(false, 40000)).toBeGreaterThan(2);
  });

  it('lowers its ceiling while running without a step over the new one after its lookahead', () => {
    const { run, processor } = open(limiter, { ceiling: 0, mode: 'samplePeak' }, STEREO, {
      blockFrames: 480,
    });
    const input = noise(2, 480, 6, 1);
    const peaks: number[] = [];
    for (let block = 0; block < 20; block++) {
      if (block === 10) processor.set({ ...(processor.params as object), ceiling: -12 });
      for (let n = 0; n < 2; n++) run.input[n].set(input[n]);
      const { channels, frames } = run.process(480);
      peaks.push(peakOf(channels.map((channel) => channel.slice(0, frames))));
    }
    expect(peaks[9]).toBeGreaterThan(0.9);
    expect(Math.max(...peaks.slice(12))).toBeLessThanOrEqual(10 ** (-12 / 20));
  });
});
