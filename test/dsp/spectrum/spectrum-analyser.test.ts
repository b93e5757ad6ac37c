import { describe, expect, it } from 'vitest';
import { audioFormat } from '../../../src/audio/format.ts';
import { powerToDb } from '../../../src/dsp/elementary.ts';
import { onKernelMemory, StateMemory } from '../../../src/dsp/kernel-memory.ts';
import type { FftSize } from '../../../src/dsp/spectrum/fft.ts';
import { BARK_EDGES, barkBands, THIRD_OCTAVES } from '../../../src/dsp/spectrum/frequency-bands.ts';
import { SpectralFeatures } from '../../../src/dsp/spectrum/spectral-features.ts';
import { SpectrumAnalyser } from '../../../src/dsp/spectrum/spectrum-analyser.ts';
import { meanPower, recordFigures, sumsFigures } from '../../../src/dsp/spectrum/spectrum-figures.ts';
import { spectrumLayout } from '../../../src/dsp/spectrum/spectrum-layout.ts';
import { BACKENDS, stateOn } from '../../support/backends.ts';
import { whiteNoise } from '../../support/white-noise.ts';

const RATE = 48000;
const BIN = RATE / 4096;
const sine = (freq: number, length: number, rate = RATE) =>
  Float32Array.from({ length }, (_, n) => Math.sin((2 * Math.PI * freq * n) / rate + 0.3));
const total = (values: Iterable<number>) => [...values].reduce((sum, value) => sum + value, 0);
const linear = (levels: readonly number[]) => levels.map((level) => 10 ** (level / 10));
const meanSquare = (x: Float32Array) => total(x.map((value) => value * value)) / x.length;

interface Setup {
  readonly backend?: (typeof BACKENDS)[number];
  readonly fftSize?: FftSize;
  readonly rate?: number;
}

function analysed(
  audio: readonly Float32Array[],
  { backend = 'wasm', fftSize = 4096, rate = RATE }: Setup = {},
) {
  const layout = spectrumLayout({ format: audioFormat(rate, audio.length), fftSize });
  const frames = audio[0].length;
  const records: Float64Array[] = [];
  const analyser = onKernelMemory(backend, (memory) => {
    const prepared = new SpectrumAnalyser(new StateMemory(memory), layout);
    const block = memory.planar(audio.length, frames);
    for (const [c, x] of audio.entries()) block[c].set(x);
    prepared.process(block, 0, frames, () => records.push(prepared.record.slice()));
    return prepared;
  });
  const sums = analyser.sums.total();
  return {
    windows: records.map((record) => recordFigures(layout, record)),
    mean: sumsFigures(layout, analyser.masks, sums)!,
    power: meanPower(layout, sums, 'programme'),
  };
}

describe.each(BACKENDS)('spectrum analysis, %s', (backend) => {
  it.each([200, 1000, 5003.7, 15000])(
    'puts the centroid of a %d Hz sine at its frequency within 1 %%',
    (freq) => {
      const { windows } = analysed([sine(freq, 8192)], { backend });
      expect(Math.abs(windows[0].programme.centroid! / freq - 1)).toBeLessThan(0.01);
    },
  );

  it('reads white noise flat: flatness e^-0.5772 = 0.561 within 0.01 and the centroid at 12 kHz within 1 %', () => {
    // -ln of a periodogram's bin has the mean of Euler's constant: Davis and Jones, JASA 63, 1968.
    const { mean } = analysed([whiteNoise(40_960)], { backend });
    expect(Math.abs(mean.programme.flatness! - 0.5615)).toBeLessThan(0.01);
    expect(Math.abs(mean.programme.centroid! / 12000 - 1)).toBeLessThan(0.01);
    expect(Math.abs(mean.programme.rolloff! / (0.85 * 24000) - 1)).toBeLessThan(0.01);
  });

  it('reads a tone on a bin: crest 2048/1.5, flatness below 1e-4, level and band 0 dB, no flux', () => {
    const { windows } = analysed([sine(85 * BIN, 8192)], { backend });
    const { programme } = windows[3];
    expect(programme.crest! / (2048 / 1.5)).toBeCloseTo(1, 4);
    expect(programme.flatness).toBeLessThan(1e-4);
    expect(programme.level).toBeCloseTo(0, 3);
    for (const { levels } of [programme.thirdOctaves, programme.octaves, programme.bark]) {
      expect(Math.max(...levels)).toBeCloseTo(0, 3);
    }
    expect(programme.flux).toBeLessThan(1e-4);
  });

  it('agrees with Parseval: bins over 1.5 are twice the mean square of noise within 0.1 dB, and the 25 bands those up to 20 kHz', () => {
    const x = whiteNoise(100_000);
    const { power, mean } = analysed([x], { backend });
    const expected = 2 * meanSquare(x);
    expect(Math.abs(powerToDb(total(power) / 1.5 / expected))).toBeLessThan(0.1);
    expect(
      Math.abs(powerToDb(total(linear(mean.programme.bark.levels)) / (expected * (20000 / (RATE / 2))))),
    ).toBeLessThan(0.1);
  });
});

it('counts 2 f zero crossings a second: 2000 within 0.5 % for a 1 kHz sine, also beside a silent channel', () => {
  for (const audio of [[sine(1000, 8192)], [sine(1000, 8192), new Float32Array(8192)]]) {
    expect(Math.abs(analysed(audio).mean.programme.zeroCrossingRate! / 2000 - 1)).toBeLessThan(0.005);
  }
});

it.each(BACKENDS)('counts every crossing of noise in 13 windows, none between them lost, %s', (backend) => {
  const x = whiteNoise(16384, 4);
  for (const [n, { programme }] of analysed([x], { backend }).windows.entries()) {
    const window = x.subarray(n * 1024, n * 1024 + 4096);
    const crossings = window.filter((value, i) => i > 0 && value < 0 !== window[i - 1] < 0).length;
    expect(programme.zeroCrossingRate! * (4096 / RATE)).toBeCloseTo(crossings, 6);
  }
});

it('reads white noise by the width of each critical band within 0.4 dB from 400 Hz on', () => {
  const x = whiteNoise(400_000);
  const powers = linear(analysed([x]).mean.programme.bark.levels);
  const edges = [...BARK_EDGES, 20000];
  for (let band = 4; band < 25; band++) {
    const expected = (2 * meanSquare(x) * (edges[band + 1] - edges[band])) / (RATE / 2);
    expect(Math.abs(powerToDb(powers[band] / expected))).toBeLessThan(0.4);
  }
});

it('has 25 critical bands at 44.1 kHz and 18 at 8 kHz, the last one up to half the rate or 20 kHz', () => {
  expect(barkBands(44100).freqs).toHaveLength(25);
  for (const rate of [44100, 192000]) expect(barkBands(rate).edges.at(-1)).toBe(20000);
  expect(barkBands(8000).edges.slice(-2)).toEqual([3700, 4000]);
});

it('makes each octave of three third-octaves: 1 kHz of 800, 1000 and 1250 Hz', () => {
  const { octaves, thirdOctaves } = analysed([whiteNoise(8192)]).mean.programme;
  const thirds = linear(thirdOctaves.levels);
  const sum = total([800, 1000, 1250].map((freq) => thirds[THIRD_OCTAVES.indexOf(freq)]));
  expect(octaves.levels[octaves.freqs.indexOf(1000)]).toBeCloseTo(powerToDb(sum), 9);
});

it('reads a width of 0 for mid alone, 1 for side alone, 0.5 within 0.01 for unrelated channels, null for silence', () => {
  const [x, y] = [whiteNoise(40_000, 1), whiteNoise(40_000, 2)];
  expect(analysed([x, x]).mean.width).toBe(0);
  expect(analysed([x, x.map((value) => -value)]).mean.width).toBe(1);
  expect(Math.abs(analysed([x, y]).mean.width! - 0.5)).toBeLessThan(0.01);
  expect(analysed([new Float32Array(8192), new Float32Array(8192)]).mean.width).toBeNull();
  expect(analysed([x]).mean.width).toBeNull();
});

it('takes the mean power of the channels for the programme: side alone is not lost, one of two reads -3.01 dB', () => {
  const x = sine(100 * BIN, 8192);
  const one = analysed([x, new Float32Array(8192)]).mean;
  expect(one.programme.level).toBeCloseTo(-3.01, 2);
  expect([one.mid?.level, one.side?.level].map((level) => level?.toFixed(2))).toEqual(['-6.02', '-6.02']);
  expect(analysed([x, x.map((value) => -value)]).mean.programme.level).toBeCloseTo(0, 2);
});

it('leaves silence out of the means: 1 s of tone and 3 s of nothing keep the centroid within 2 %', () => {
  const x = new Float32Array(4 * RATE);
  x.set(sine(2000, RATE));
  const { mean } = analysed([x]);
  expect(Math.abs(mean.programme.centroid! / 2000 - 1)).toBeLessThan(0.02);
});

it('has null for every feature of silence and -Infinity for its levels', () => {
  const { programme } = analysed([new Float32Array(8192)]).mean;
  const { centroid, rolloff, flatness, crest, zeroCrossingRate, level } = programme;
  expect([centroid, rolloff, flatness, crest, zeroCrossingRate]).toEqual([null, null, null, null, null]);
  expect(level).toBe(Number.NEGATIVE_INFINITY);
});

it.each([
  [8000, 1],
  [44100, 2],
  [96000, 6],
  [192000, 8],
])('reads a sine of an eighth of %d Hz in all of %d channels at 0 dB within 0.01 dB', (rate, channels) => {
  const x = sine(rate / 8, 8192, rate);
  const { mean } = analysed(
    Array.from({ length: channels }, () => x),
    { rate },
  );
  expect(Math.abs(mean.programme.level)).toBeLessThan(0.01);
  expect(Math.abs(mean.programme.centroid! / (rate / 8) - 1)).toBeLessThan(0.01);
});

describe('features of known spectra', () => {
  const measured = (fill: (power: Float32Array) => void, backend: (typeof BACKENDS)[number] = 'wasm') => {
    const features = new SpectralFeatures(stateOn(backend), 2048);
    fill(features.power);
    features.measure();
    const { total: sum, centroid, rolloff, flatness, crest, flux } = features;
    return { sum, centroid, rolloff, flatness, crest, flux };
  };

  it('are exact for a flat spectrum of 1024 bins: centroid 512.5, rolloff bin 871, flatness and crest 1, flux 1024', () => {
    const flat = measured((power) => power.fill(1));
    expect(flat).toEqual({ sum: 1024, centroid: 512.5, rolloff: 871, flatness: 1, crest: 1, flux: 1024 });
  });

  it('put the rolloff at 85 % of the magnitudes: a step of 400 bins gives bin 340', () => {
    expect(measured((power) => power.fill(4, 1, 401)).rolloff).toBe(340);
  });

  it('have the flatness of the formula within 1e-6 for powers over 60 decades', () => {
    const powers = Float32Array.from(whiteNoise(1025, 5), (value) => 10 ** (30 * value));
    const logs = total(powers.subarray(1).map((value) => Math.log(value))) / 1024;
    const expected = Math.exp(logs) / (total(powers.subarray(1)) / 1024);
    expect(Math.abs(measured((power) => power.set(powers)).flatness / expected - 1)).toBeLessThan(1e-6);
  });

  it('are the same to the bit on both backends', () => {
    const powers = whiteNoise(1025, 6).map((value) => value * value);
    const [reference, wasm] = BACKENDS.map((backend) => measured((power) => power.set(powers), backend));
    expect(wasm).toEqual(reference);
  });
});
