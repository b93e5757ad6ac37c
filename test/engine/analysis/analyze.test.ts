import { describe, expect, it } from 'vitest';
import { audioFormat } from '../../../src/audio/format.ts';
import { type Analysis, type AnalyzeOptions, analyze } from '../../../src/engine/analysis/analyze.ts';
import { BACKENDS } from '../../support/backends.ts';
import { noise, type Signal, silence, sine } from '../../support/signals.ts';
import { chunked, floatWav } from '../wav-of.ts';

const RATE = 48000;
const STEREO = audioFormat(RATE, 2);

const figures = async (signal: Signal, options: AnalyzeOptions = {}): Promise<Analysis> =>
  (await analyze(chunked(floatWav(signal, RATE)), { threads: 1, ...options })).analysis;

const json = (value: unknown): Record<string, unknown> => JSON.parse(JSON.stringify(value));

describe('analyze', () => {
  it.each(BACKENDS)(
    'reads -3.01 dB RMS, 3.01 dB crest and 0 dBFS on a full-scale sine (%s)',
    async (backend) => {
      const result = await figures(sine(STEREO, RATE, 1000, 1, 0.1), { backend });
      expect(result.rms).toBeCloseTo(-3.0103, 3);
      expect(result.samplePeak).toBeCloseTo(0, 2);
      expect(result.crestFactor).toBeCloseTo(3.0103, 2);
      expect(result.truePeak).toBeCloseTo(0, 1);
      expect(result.loudness?.integrated).toBeCloseTo(0, 1);
      expect(result.channels.map(({ name }) => name)).toEqual(['FL', 'FR']);
      expect(result.channels[1].rms).toBeCloseTo(-3.0103, 3);
    },
  );

  it('gives exactly the members of schema 1, in one object that JSON holds', async () => {
    const result = json(await figures(noise(2, RATE)));
    expect(Object.keys(result).sort()).toEqual(
      [
        ...[
          'schema',
          'format',
          'frames',
          'duration',
          'loudness',
          'truePeak',
          'samplePeak',
          'rms',
          'crestFactor',
        ],
        ...['dcOffset', 'correlation', 'clippedSamples', 'noiseFloor', 'spectrum', 'features', 'channels'],
      ].sort(),
    );
    expect(result).toMatchObject({
      schema: 1,
      format: { container: 'wav', encoding: 'f32', sampleRate: RATE, channels: 2, layout: ['FL', 'FR'] },
      frames: RATE,
      duration: 1,
    });
    expect(Object.keys(result.loudness as object)).toEqual([
      'integrated',
      'range',
      'momentaryMax',
      'shortTermMax',
    ]);
    expect(Object.keys((result.channels as object[])[0])).toEqual([
      'name',
      'truePeak',
      'samplePeak',
      'rms',
      'crestFactor',
      'dcOffset',
      'clippedSamples',
    ]);
  });

  it('gives null, and no number, for every level of silence', async () => {
    const result = json(await figures(silence(2, RATE)));
    expect(result).toMatchObject({
      loudness: { integrated: null, range: null, momentaryMax: null, shortTermMax: null },
      ...{ truePeak: null, samplePeak: null, rms: null, crestFactor: null, noiseFloor: null },
      ...{ correlation: null, dcOffset: 0, clippedSamples: 0 },
    });
  });

  it('reads correlation 1 for the same, -1 for the inverse, 0 for a quarter turn', async () => {
    const [left] = sine(STEREO, RATE, 1000, 0.5);
    const [quarter] = sine(STEREO, RATE, 1000, 0.5, Math.PI / 2);
    const only = ['correlation'] as const;
    expect((await figures([left, left], { only })).correlation).toBeCloseTo(1, 9);
    expect((await figures([left, left.map((x) => -x)], { only })).correlation).toBeCloseTo(-1, 9);
    expect((await figures([left, quarter], { only })).correlation).toBeCloseTo(0, 6);
  });

  it('takes the DC offset that is farthest from 0, the sum of clipped samples, the larger peak', async () => {
    const left = new Float32Array(RATE).fill(0.125);
    const right = new Float32Array(RATE).fill(-0.25);
    left.fill(1, 100, 103);
    right.fill(-1, 200, 202);
    const result = await figures([left, right]);
    expect(result.clippedSamples).toBe(5);
    expect(result.dcOffset).toBeCloseTo(-0.25, 3);
    expect(result.channels.map(({ clippedSamples }) => clippedSamples)).toEqual([3, 2]);
    expect(result.samplePeak).toBe(0);
  });

  it('reads a noise floor of -60 dB in a gap of 0.6 s, and leaves a gap of digital silence out', async () => {
    const signal = noise(1, 4 * RATE, 3, 0.5);
    // Uniform noise of peak p has an RMS of p / sqrt(3).
    const peak = 10 ** (-60 / 20) * Math.sqrt(3);
    signal[0].set(noise(1, 0.6 * RATE, 5, peak)[0], RATE);
    signal[0].fill(0, 3 * RATE, 3.8 * RATE);
    expect((await figures(signal, { only: ['noiseFloor'] })).noiseFloor).toBeCloseTo(-60, 0);
  });

  it('gives the 2 measures asked for, and of the others none', async () => {
    const result = await figures(noise(2, RATE), { only: ['loudness', 'truePeak'] });
    expect(Object.keys(result)).toEqual([
      'schema',
      'format',
      'frames',
      'duration',
      'loudness',
      'truePeak',
      'channels',
    ]);
    expect(Object.keys(result.channels[0])).toEqual(['name', 'truePeak']);
  });

  it('reads the same true peak with and without loudness', async () => {
    const signal = noise(2, RATE);
    const both = await figures(signal, { only: ['loudness', 'truePeak'] });
    expect((await figures(signal, { only: ['truePeak'] })).truePeak).toBe(both.truePeak);
  });

  it('reads the same figures whatever the chunks, with charts and without', async () => {
    const bytes = floatWav(noise(2, RATE + 77), RATE);
    const results = await Promise.all(
      [1000, 65536].map(async (size) => json((await analyze(chunked(bytes, size), { threads: 1 })).analysis)),
    );
    const drawn = await analyze(chunked(bytes), { threads: 1, curves: true });
    expect(results[1]).toEqual(results[0]);
    expect(json(drawn.analysis)).toEqual(results[0]);
  });

  it('keeps at most 2048 points of a curve, and the loudest of each step', async () => {
    const signal = noise(1, 200 * 8000, 1, 0.01);
    signal[0].fill(0.5, 8000 * 150, 8000 * 150 + 10);
    const { curves } = await analyze(chunked(floatWav(signal, 8000)), { only: ['loudness'], curves: true });
    expect(curves?.peak.values.length).toBeLessThan(2048);
    expect(Math.max(...curves!.peak.values)).toBeCloseTo(0.5, 6);
    expect(curves!.peak.step * curves!.peak.values.length).toBeCloseTo(200, 0);
  });

  it('names the measure that it does not know, and the nearest', async () => {
    await expect(analyze(chunked(Buffer.alloc(0)), { only: ['truepaek' as 'truePeak'] })).rejects.toThrow(
      'measure "truepaek": expected one of loudness, truePeak',
    );
  });
});
