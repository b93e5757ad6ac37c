import { describe, expect, it } from 'vitest';
import { audioFormat } from '../../src/audio/format.ts';
import { onKernelMemory } from '../../src/dsp/kernel-memory.ts';
import { definePipeline, preparePipeline } from '../../src/graph/pipeline.ts';
import { multibandCompressor } from '../../src/stages/multiband-compressor.ts';
import { drain, feed, join, render } from '../support/render.ts';
import { difference, programme, rmsDb, sine } from '../support/signals.ts';

const FORMAT = audioFormat(48000, 2);
const BANDS = [
  { threshold: -36, ratio: 3 },
  { threshold: -30, ratio: 2, makeup: 2 },
  { threshold: -40, ratio: 4, attack: 3 },
];

describe('multiband-compressor', () => {
  it('is the crossover, the compressors and the sum of a pipeline, within -130 dB', () => {
    const input = programme(2, 24000, 1);
    const freqs = [150, 2500];
    const stages = [
      { stage: 'crossover', id: 'bands', freqs },
      ...BANDS.map((band, n) => ({
        stage: 'compressor',
        attack: 15,
        ...band,
        id: `c${n}`,
        input: `bands.band${n + 1}`,
      })),
      { stage: 'mix', input: ['c0', 'c1', 'c2'] },
    ];
    const { run } = onKernelMemory('wasm', (memory) =>
      preparePipeline(definePipeline({ stages }), { format: FORMAT, maxFrames: 1000, memory }),
    );
    const wired = join(feed(run, input), drain(run));
    const composite = render(multibandCompressor, { freqs, bands: BANDS }, FORMAT, input);
    expect(rmsDb(difference(wired, composite)) - rmsDb(input)).toBeLessThan(-130);
  });

  it('turns down the loud band alone: a 60 Hz tone loses 8 dB beside a quiet 5 kHz tone that keeps its level', () => {
    const bass = sine(FORMAT, 48000, 60, 0.5);
    const treble = sine(FORMAT, 48000, 5000, 0.003);
    const settings = {
      freqs: [400],
      bands: [
        { threshold: -18, ratio: 3, knee: 0, release: 400 },
        { threshold: -18, ratio: 3 },
      ],
    };
    const both = bass.map((channel, n) => channel.map((value, i) => value + treble[n][i]));
    const output = render(multibandCompressor, settings, FORMAT, both);
    const level = (freqHz: number, signal: Float32Array): number => {
      let [re, im] = [0, 0];
      for (let i = 24000; i < 48000; i++) {
        re += signal[i] * Math.cos((2 * Math.PI * freqHz * i) / 48000);
        im += signal[i] * Math.sin((2 * Math.PI * freqHz * i) / 48000);
      }
      return 20 * Math.log10(Math.hypot(re, im) / 12000);
    };
    expect(level(60, output[0]) - level(60, bass[0])).toBeCloseTo((-2 / 3) * (18 - 6.02), 0);
    expect(level(5000, output[0]) - level(5000, treble[0])).toBeCloseTo(0, 1);
  });

  it('is refused with as many bands as splits, in one line', () => {
    const wrong = { stages: [{ stage: 'multiband-compressor', freqs: [100, 1000], bands: [{}, {}] }] };
    expect(() => definePipeline(wrong, 'x.json')).toThrow(
      'x.json: stages[0].bands: needs one more entry than freqs',
    );
  });
});
