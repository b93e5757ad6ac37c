import { describe, expect, it } from 'vitest';
import { audioFormat } from '../../../src/audio/format.ts';
import { demoPiece } from '../../../src/demo/demo-piece.ts';
import { TempoEstimator } from '../../../src/dsp/spectrum/tempo.ts';
import { analyseSpectrum, SpectrumAnalysis } from '../../../src/engine/analysis/spectrum-analysis.ts';
import { stateOn } from '../../support/backends.ts';
import { whiteNoise } from '../../support/white-noise.ts';

/** Clicks of 5 ms of decaying noise. */
function clicks(bpm: number, seconds: number, sampleRate: number): Float32Array {
  const x = new Float32Array(seconds * sampleRate);
  const burst = whiteNoise(Math.round(0.005 * sampleRate), 9);
  for (let beat = 0; (beat * 60) / bpm < seconds - 0.1; beat++) {
    const at = Math.round(((beat * 60) / bpm) * sampleRate);
    for (const [i, value] of burst.entries()) x[at + i] = value * Math.exp((-4 * i) / burst.length);
  }
  return x;
}

const tempoOf = async (channel: Float32Array, sampleRate = 44100, fftSize: 1024 | 4096 = 4096) =>
  (await analyseSpectrum([channel], { format: audioFormat(sampleRate, 1), fftSize, threads: 1 })).result();

describe('tempo', () => {
  it.each([60, 72, 87, 95, 100, 110, 120, 128, 140, 155, 174, 180])(
    'reads clicks of %d beats a minute within 1 %%',
    async (bpm) => {
      const tempo = (await tempoOf(clicks(bpm, 20, 44100)))?.tempo;
      expect(Math.abs(tempo! / bpm - 1)).toBeLessThan(0.01);
    },
  );

  it.each([
    [8000, 1024],
    [96000, 4096],
  ] as const)('reads 90 and 150 beats a minute within 1 %% at %d Hz, %d points', async (rate, fftSize) => {
    for (const bpm of [90, 150]) {
      const tempo = (await tempoOf(clicks(bpm, 15, rate), rate, fftSize))?.tempo;
      expect(Math.abs(tempo! / bpm - 1)).toBeLessThan(0.01);
    }
  });

  it('reads the demo piece, ten bars of four beats in 20 s, as 120 beats a minute within 1 %', async () => {
    const format = audioFormat(44100, 2);
    const analysis = new SpectrumAnalysis({ format, threads: 1 });
    for (const block of demoPiece({ seconds: 20, sampleRate: 44100 })) {
      await analysis.push(block.channels, block.frames);
    }
    expect(Math.abs((await analysis.finish()).result()!.tempo! / 120 - 1)).toBeLessThan(0.01);
  });

  it('finds none in 10 s of noise from ten seeds, nor in silence, nor in 3 s of clicks', async () => {
    for (let seed = 1; seed <= 10; seed++) {
      const estimator = new TempoEstimator(stateOn('reference'), 43);
      for (const value of whiteNoise(430, seed * 7919)) estimator.push(1 + value);
      expect(estimator.estimate()).toBeNull();
    }
    expect((await tempoOf(new Float32Array(441_000)))?.tempo).toBeNull();
    expect((await tempoOf(clicks(120, 3, 44100)))?.tempo).toBeNull();
  });
});
