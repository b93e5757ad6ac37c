import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openFile } from '../../../src/engine/analysis/analyze.ts';
import { fileSink } from '../../../src/engine/files/output-sink.ts';
import { definePipeline } from '../../../src/engine/pipelines/pipeline-files.ts';
import { runPipeline } from '../../../src/engine/run/run.ts';
import { RunStats } from '../../../src/engine/run/run-stats.ts';
import type { ComparedSecond } from '../../../src/monitor/run-figures.ts';
import { save } from '../../support/mastering.ts';
import { noise, sine } from '../../support/signals.ts';

const folder = mkdtempSync(join(tmpdir(), 'comparison-'));
afterAll(() => rmSync(folder, { recursive: true }));

const RATE = 48000;
const STEREO = { sampleRate: RATE, channels: 2, layout: ['FL', 'FR'] as const };

/** Sends a sine of 1 kHz at -20 dBFS, or another signal, through stages. */
async function through(stages: object[], signal = sine(STEREO, 5 * RATE, 1000, 0.1), blockFrames = 4096) {
  const seconds: ComparedSecond[] = [];
  const stats = new RunStats();
  const summary = await runPipeline({
    pipeline: definePipeline({ stages }),
    input: openFile(save(folder, 'in.wav', signal, RATE)),
    output: fileSink(join(folder, 'out.wav'), { overwrite: true }),
    compare: (second) => seconds.push(second),
    stats,
    blockFrames,
  });
  return { seconds, figures: stats.figures(summary), quality: summary.comparison! };
}

describe('a run that is compared', () => {
  it('measures a sine 20 dB under full scale, and 6 dB less behind a gain of -6', async () => {
    const { quality, seconds } = await through([{ stage: 'gain', gain: -6 }]);
    const { before, after, correlation } = quality;
    // BS.1770: 997 Hz at 0 dBFS in one channel reads -3.01 LUFS; in both, 0.
    expect(before.loudness).toBeCloseTo(-20, 1);
    expect(after.loudness).toBeCloseTo(-26, 1);
    expect(before.rms).toBeCloseTo(-23.01, 2);
    expect(after.rms).toBeCloseTo(-29.01, 2);
    expect([before.samplePeak, after.samplePeak].map((peak) => Math.round(100 * peak))).toEqual([
      -2000, -2600,
    ]);
    expect(after.crest).toBeCloseTo(3.01, 2);
    expect(correlation).toBeCloseTo(1, 9);
    const octave = after.octaves!.freqs.findIndex((freq) => Math.round(freq) === 1000);
    expect(after.octaves!.levels[octave] - before.octaves!.levels[octave]).toBeCloseTo(-6, 2);
    expect(seconds.map(({ time }) => time)).toEqual([1, 2, 3, 4, 5]);
    expect(seconds[4].before - seconds[4].after).toBeCloseTo(6, 6);
  });

  it('holds a signal against itself behind 400 ms of latency: correlation 1, whatever the blocks', async () => {
    const stages = [{ stage: 'loudness-normalize', minGain: 0, maxGain: 0, ceiling: 0, lookahead: 400 }];
    const signal = noise(2, 2 * RATE, 3, 0.3);
    const [a, b] = [await through(stages, signal), await through(stages, signal, 333)];
    expect(a.quality.correlation).toBeCloseTo(1, 6);
    expect(b.quality).toEqual(a.quality);
    expect(b.seconds).toEqual(a.seconds);
  });

  it('has no correlation where the rate changes, and measures all else', async () => {
    const { quality } = await through([{ stage: 'resample', rate: 44100 }]);
    expect(quality.correlation).toBe(null);
    expect(quality.after.loudness).toBeCloseTo(-20, 1);
  });

  it('adds up: stages, comparing, rest and nothing else make 100 % of the time', async () => {
    const { figures } = await through([
      { stage: 'eq', bands: [{ freq: 100 }] },
      { stage: 'resample', rate: 44100 },
      { stage: 'limiter' },
    ]);
    expect(figures.stages.map(({ id }) => id)).toEqual(['eq', 'resample', 'limiter']);
    for (const { seconds } of figures.stages) expect(seconds).toBeGreaterThan(0);
    expect(figures.comparing.seconds).toBeGreaterThan(0);
    const shares = [...figures.stages, figures.comparing, figures.rest].reduce(
      (sum, { share }) => sum + share,
      0,
    );
    expect(shares).toBeCloseTo(1, 9);
    expect(figures.realTimeFactor).toBeCloseTo(5 / figures.elapsed, 9);
    expect(figures.peakMemory).toBeGreaterThan(2 ** 24);
  });
});
