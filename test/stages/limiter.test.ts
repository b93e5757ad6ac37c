import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { audioFormat } from '../../src/audio/format.ts';
import { limiter } from '../../src/stages/limiter.ts';
import { feed, open, render } from '../support/render.ts';
import { impulse, maxAbsDifference, noise, programme, type Signal, sine } from '../support/signals.ts';

const STEREO = audioFormat(48000, 2);

const peakOf = (signal: Signal): number =>
  signal.reduce((top, channel) => channel.reduce((most, value) => Math.max(most, Math.abs(value)), top), 0);

const square = (frames: number, period: number, peak: number): Signal => [
  Float32Array.from({ length: frames }, (_, i) => (i % period < period / 2 ? peak : -peak)),
];

describe('limiter of sample peaks', () => {
  it.each([8000, 44100, 48000, 96000, 192000])(
    'lets no sample over the ceiling, for any signal at %i Hz',
    (sampleRate) => {
      fc.assert(
        fc.property(
          fc.record({
            ceiling: fc.double({ min: -20, max: 0, noNaN: true }),
            lookahead: fc.double({ min: 0.5, max: 20, noNaN: true }),
            release: fc.double({ min: 1, max: 500, noNaN: true }),
            overDb: fc.double({ min: 0, max: 55, noNaN: true }),
            seed: fc.integer({ min: 1, max: 1e6 }),
          }),
          ({ ceiling, lookahead, release, overDb, seed }) => {
            const format = audioFormat(sampleRate, 2);
            const input = programme(2, 4000, seed, 10 ** ((ceiling + overDb) / 20));
            const output = render(
              limiter,
              { mode: 'samplePeak', ceiling, lookahead, release },
              format,
              input,
            );
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
  ])('keeps %s under -1 dBFS', (_name, input) => {
    const output = render(limiter, { mode: 'samplePeak', ceiling: -1 }, audioFormat(48000, 1), input);
    expect(peakOf(output)).toBeLessThanOrEqual(10 ** (-1 / 20));
    expect(peakOf(output)).toBeGreaterThan(10 ** (-1.1 / 20));
  });

  it('passes what needs no limiting bit for bit, up to the ceiling itself', () => {
    const input = noise(2, 20000, 3, 10 ** (-1 / 20) * 0.9999);
    expect(maxAbsDifference(render(limiter, { mode: 'samplePeak', ceiling: -1 }, STEREO, input), input)).toBe(
      0,
    );
  });

  it('passes bit for bit again, 16 releases after the last over', () => {
    const input = noise(2, 48000, 4, 0.5);
    input[0][100] = 4;
    const output = render(limiter, { mode: 'samplePeak', ceiling: -1, release: 50 }, STEREO, input);
    const from = 100 + 48 * 50 * 16;
    for (let n = 0; n < 2; n++) expect(output[n].subarray(from)).toEqual(input[n].subarray(from));
  });

  it('moves its gain by at most 1 % of unity a frame for overs of 20 dB', () => {
    const input = noise(1, 48000, 5, 0.01);
    for (let i = 5000; i < 48000; i += 7919) input[0][i] = 8.9;
    const [output] = render(limiter, { mode: 'samplePeak', ceiling: -1 }, audioFormat(48000, 1), input);
    let steepest = 0;
    for (let i = 1; i < 48000; i++) {
      const gain = output[i] / input[0][i];
      const before = output[i - 1] / input[0][i - 1];
      if (Number.isFinite(gain - before)) steepest = Math.max(steepest, Math.abs(gain - before));
    }
    expect(steepest).toBeLessThan(0.01);
  });

  it('limits a steady 1 kHz sine by 6 dB with harmonics below -100 dB', () => {
    const frames = 48000;
    const format = audioFormat(48000, 1);
    const [output] = render(
      limiter,
      { mode: 'samplePeak', ceiling: -6.0206 },
      format,
      sine(format, frames, 1000, 1),
    );
    const amplitude = (harmonic: number): number => {
      let re = 0;
      let im = 0;
      for (let i = frames / 2; i < frames; i++) {
        const phase = (2 * Math.PI * 1000 * harmonic * i) / 48000;
        re += output[i] * Math.cos(phase);
        im += output[i] * Math.sin(phase);
      }
      return Math.hypot(re, im) / (frames / 4);
    };
    const harmonics = [2, 3, 4, 5, 6, 7, 8, 9, 10].reduce((sum, n) => sum + amplitude(n) ** 2, 0);
    expect(20 * Math.log10(amplitude(1))).toBeCloseTo(-6.02, 1);
    expect(10 * Math.log10(harmonics / amplitude(1) ** 2)).toBeLessThan(-100);
  });

  it('reports the largest reduction it applied: 6 dB within 0.1 dB, in any blocks', () => {
    for (const blockFrames of [64, 1000, 4096]) {
      const { run, processor } = open(limiter, { mode: 'samplePeak', ceiling: -6 }, STEREO, { blockFrames });
      feed(run, sine(STEREO, 9600, 997, 1));
      feed(run, sine(STEREO, 9600, 997, 0.01));
      expect(processor.meters().maxReduction).toBeCloseTo(-6, 1);
    }
  });

  it('reports its latency: the lookahead in frames', () => {
    for (const [lookahead, frames] of [
      [5, 240],
      [0.5, 24],
      [20, 960],
    ]) {
      expect(open(limiter, { mode: 'samplePeak', lookahead }, STEREO).processor.latency).toBe(frames);
    }
  });

  it('lowers its ceiling while running without a step over the new one after its lookahead', () => {
    const { run, processor } = open(limiter, { mode: 'samplePeak', ceiling: 0, lookahead: 5 }, STEREO, {
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
