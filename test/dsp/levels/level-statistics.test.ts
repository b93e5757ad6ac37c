import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BackendName, KernelMemory, StateMemory } from '../../../src/dsp/kernel-memory.ts';
import { CLIP_LEVEL, LevelStatistics } from '../../../src/dsp/levels/level-statistics.ts';
import { whiteNoise } from '../../support/white-noise.ts';

const BACKENDS: readonly BackendName[] = ['reference', 'wasm'];

const sine = (freq: number, length: number, gain = 1, phase = 0) =>
  Float32Array.from({ length }, (_, n) => gain * Math.sin((2 * Math.PI * freq * n) / 48000 + phase));

/** Statistics of the audio, taken in pieces that end at the given frames; the first two channels are the pair. */
function measured(backend: BackendName, audio: readonly Float32Array[], cuts: readonly number[] = []) {
  const memory = new KernelMemory(backend, 4 << 20);
  const statistics = new LevelStatistics(
    new StateMemory(memory),
    audio.length,
    audio.length > 1 ? [0, 1] : null,
  );
  const length = audio[0].length;
  const block = memory.planar(audio.length, length);
  for (const [c, x] of audio.entries()) block[c].set(x);
  const bounds = [0, ...[...cuts].sort((a, b) => a - b), length];
  for (let i = 1; i < bounds.length; i++) statistics.process(block, bounds[i - 1], bounds[i] - bounds[i - 1]);
  return statistics;
}

describe.each(BACKENDS)('LevelStatistics, %s', (backend) => {
  const levels = (...audio: Float32Array[]) => measured(backend, audio).sinceStart();

  it('reads a full-scale 1 kHz sine as peak 0.00, RMS -3.01, crest factor 3.01 dB', () => {
    const [channel] = levels(sine(1000, 48000, 1, Math.PI / 4)).channels;
    expect(channel.peak).toBeCloseTo(0, 6);
    expect(channel.rms).toBeCloseTo(-3.0103, 4);
    expect(channel.crestFactor).toBeCloseTo(3.0103, 4);
  });

  it('reads a constant of -0.25 as DC -0.25, peak and RMS -12.04 dB, crest factor 0', () => {
    const all = levels(new Float32Array(1001).fill(-0.25));
    expect(all.dcOffset).toBe(-0.25);
    expect(all.peak).toBeCloseTo(-12.0412, 4);
    expect(all.rms).toBeCloseTo(-12.0412, 4);
    expect(all.crestFactor).toBeCloseTo(0, 10);
  });

  it('reads silence as -Infinity dB with no crest factor and no correlation', () => {
    const all = levels(new Float32Array(100), new Float32Array(100));
    expect(all).toMatchObject({
      peak: -Infinity,
      rms: -Infinity,
      crestFactor: null,
      correlation: null,
      dcOffset: 0,
    });
  });

  it('counts samples from 32767/32768 on as clipped, on either side, and 32766/32768 not', () => {
    const x = Float32Array.of(CLIP_LEVEL, -CLIP_LEVEL, 32766 / 32768, -1, 1, 1.5, 0, 0.99);
    expect(levels(x).clippedSamples).toBe(5);
  });

  it('counts NaN, infinities and samples above +60 dBFS apart and leaves them out of the rest', () => {
    const x = new Float32Array(16).fill(0.5);
    for (const [i, value] of [Number.NaN, Infinity, -Infinity, 1001].entries()) x[3 * i] = value;
    const all = levels(x, new Float32Array(16).fill(0.5));
    expect(all.invalidSamples).toBe(4);
    expect(all.channels[0]).toMatchObject({ clippedSamples: 0, dcOffset: (0.5 * 12) / 16 });
    expect(all.peak).toBeCloseTo(-6.0206, 4);
    expect(all.correlation).toBeCloseTo(Math.sqrt(12 / 16), 12);
  });

  it('reads a correlation of 1 for equal, -1 for inverted, 0.5 for 60 and 0 for 90 degrees apart', () => {
    const x = sine(1000, 48000);
    const correlation = (y: Float32Array) => levels(x, y).correlation;
    expect(correlation(x)).toBe(1);
    expect(correlation(x.map((sample) => -0.5 * sample))).toBe(-1);
    expect(correlation(sine(1000, 48000, 0.3, Math.PI / 3))).toBeCloseTo(0.5, 6);
    expect(correlation(sine(1000, 48000, 1, Math.PI / 2))).toBeCloseTo(0, 6);
  });

  it('gives the highest peak and the mean power of all channels: 0 dB beside silence reads -3.01 dB', () => {
    const all = levels(new Float32Array(64).fill(1), new Float32Array(64));
    expect(all.peak).toBe(0);
    expect(all.rms).toBeCloseTo(-3.0103, 4);
  });

  it('gives the same bits however the stream is cut', () => {
    const audio = [whiteNoise(1000, 5), whiteNoise(1000, 6)];
    const whole = measured(backend, audio).sinceStart();
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1000 }), { maxLength: 40 }), (cuts) => {
        expect(measured(backend, audio, cuts).sinceStart()).toEqual(whole);
      }),
      { numRuns: 50 },
    );
  });

  it('keeps the last interval apart from the whole', () => {
    const memory = new KernelMemory(backend, 4 << 20);
    const statistics = new LevelStatistics(new StateMemory(memory), 1, null);
    const x = memory.f32(10);
    x.fill(1);
    statistics.process([x], 0, 10);
    statistics.closeInterval();
    x.fill(0.1);
    statistics.process([x], 0, 5);
    statistics.closeInterval();
    expect(statistics.lastInterval()).toMatchObject({ frames: 5, clippedSamples: 0 });
    expect(statistics.lastInterval().peak).toBeCloseTo(-20, 5);
    expect(statistics.sinceStart()).toMatchObject({ frames: 15, clippedSamples: 10, peak: 0 });
  });
});

it('differs by zero between the backends, for noise and for clipping sines', () => {
  const audio = [whiteNoise(9999, 8), sine(997, 9999, 1.2), whiteNoise(9999, 9)];
  expect(measured('wasm', audio, [3, 4001]).sinceStart()).toEqual(measured('reference', audio).sinceStart());
});
