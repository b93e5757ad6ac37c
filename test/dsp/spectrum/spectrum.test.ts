import { describe, expect, it } from 'vitest';
import { powerToDb } from '../../../src/dsp/elementary.ts';
import { type BackendName, KernelMemory, StateMemory } from '../../../src/dsp/kernel-memory.ts';
import { BandMasks } from '../../../src/dsp/spectrum/band-masks.ts';
import type { FftSize } from '../../../src/dsp/spectrum/fft.ts';
import { THIRD_OCTAVES, thirdOctaveBands } from '../../../src/dsp/spectrum/frequency-bands.ts';
import { HANN_ENBW, hannWindow } from '../../../src/dsp/spectrum/hann-window.ts';
import { PowerSpectrum } from '../../../src/dsp/spectrum/spectrum.ts';
import { whiteNoise } from '../../support/white-noise.ts';

const RATE = 48000;
const BACKENDS: readonly BackendName[] = ['reference', 'wasm'];

const sine = (freq: number, length: number, gain = 1) =>
  Float32Array.from({ length }, (_, n) => gain * Math.sin((2 * Math.PI * freq * n) / RATE + 0.3));

const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);
const meanSquare = (x: Float32Array) => x.reduce((total, sample) => total + sample * sample, 0) / x.length;

interface Setup {
  readonly backend?: BackendName;
  readonly size?: FftSize;
  readonly blockFrames?: number;
}

function analysed(
  audio: readonly Float32Array[],
  { backend = 'wasm', size = 4096, blockFrames = 1000 }: Setup = {},
) {
  const memory = new KernelMemory(backend, 4 << 20);
  const spectrum = new PowerSpectrum(new StateMemory(memory), audio.length, size);
  const block = memory.planar(audio.length, blockFrames);
  for (let at = 0; at < audio[0].length; at += blockFrames) {
    const frames = Math.min(blockFrames, audio[0].length - at);
    for (const [c, x] of audio.entries()) block[c].set(x.subarray(at, at + frames));
    spectrum.process(block, 0, frames);
  }
  return spectrum;
}

const powerOf = (audio: readonly Float32Array[], setup?: Setup) => analysed(audio, setup).sinceStart()!;

describe('Hann window', () => {
  it('has a noise bandwidth of 1.5 bins and a sum of half its length', () => {
    const window = hannWindow(4096);
    expect(sum(window)).toBeCloseTo(2048, 9);
    expect((4096 * sum(window.map((w) => w * w))) / sum(window) ** 2).toBeCloseTo(HANN_ENBW, 12);
  });
});

describe.each(BACKENDS)('PowerSpectrum, %s', (backend) => {
  it('reads 0 dBFS within 0.001 dB at the bin of a full-scale sine', () => {
    const power = powerOf([sine((85 * RATE) / 4096, 20000)], { backend });
    expect(power.indexOf(Math.max(...power))).toBe(85);
    expect(Math.abs(powerToDb(power[85]))).toBeLessThan(0.001);
  });

  it('reads 1.42 dB less for a sine halfway between two bins', () => {
    const power = powerOf([sine((85.5 * RATE) / 4096, 20000)], { backend });
    expect(powerToDb(Math.max(...power))).toBeCloseTo(-1.42, 2);
  });

  it.each([512, 2048, 16384] as const)(
    'adds up to twice the mean square of noise within 0.1 dB, %i points',
    (size) => {
      const x = whiteNoise(200_000);
      const power = powerOf([x], { backend, size });
      expect(Math.abs(powerToDb(sum(power) / HANN_ENBW / (2 * meanSquare(x))))).toBeLessThan(0.1);
    },
  );

  it('takes the mean over the channels: a sine in one of two reads -3.01 dB', () => {
    const x = sine((100 * RATE) / 4096, 16000);
    expect(powerToDb(powerOf([x, new Float32Array(16000)], { backend })[100])).toBeCloseTo(-3.01, 2);
  });

  it('is the same to the bit for blocks of 1, 7, 64, 1024 and 20000 frames', () => {
    const audio = [whiteNoise(20000, 2), whiteNoise(20000, 3)];
    const whole = powerOf(audio, { backend, blockFrames: 20000 });
    for (const blockFrames of [1, 7, 64, 1024]) {
      expect(powerOf(audio, { backend, blockFrames })).toEqual(whole);
    }
  });

  it('is null at 4095 frames, before the first window is full, and there at 4096', () => {
    expect(analysed([whiteNoise(4095)], { backend }).sinceStart()).toBeNull();
    expect(analysed([whiteNoise(4096)], { backend }).sinceStart()).not.toBeNull();
  });

  it('takes NaN, infinities and samples above +60 dBFS for 0', () => {
    const [clean, dirty] = [whiteNoise(8192), whiteNoise(8192)];
    const strays: readonly [number, number][] = [[5, Number.NaN], [5000, Infinity], [6001, 2000]]; // biome-ignore format: pairs
    for (const [at, value] of strays) {
      dirty[at] = value;
      clean[at] = 0;
    }
    expect(powerOf([dirty], { backend })).toEqual(powerOf([clean], { backend }));
  });

  it('keeps the interval apart from the whole', () => {
    const spectrum = analysed([sine((64 * RATE) / 4096, 8192, 0.1)], { backend });
    spectrum.closeInterval();
    expect(powerToDb(spectrum.lastInterval()![64])).toBeCloseTo(-20, 3);
    spectrum.closeInterval();
    expect(spectrum.lastInterval()).toBeNull();
    expect(powerToDb(spectrum.sinceStart()![64])).toBeCloseTo(-20, 3);
  });
});

it('agrees between the backends to 1e-6 of the largest bin', () => {
  const audio = [whiteNoise(16384, 5), sine(997, 16384)];
  const [reference, wasm] = BACKENDS.map((backend) => powerOf(audio, { backend }));
  const worst = Math.max(...reference.map((power, k) => Math.abs(power - wasm[k])));
  expect(worst / Math.max(...reference)).toBeLessThan(1e-6);
});

const masksOf = (sampleRate: number, fftSize: number) =>
  new BandMasks(new KernelMemory('reference', 0), thirdOctaveBands(sampleRate), sampleRate, fftSize);

describe('third-octave bands', () => {
  const masks = masksOf(RATE, 16384);

  it('has the 31 nominal bands from 20 Hz to 20 kHz at 48 kHz, and 23 up to 3150 Hz at 8 kHz', () => {
    expect(masks.bands.freqs).toEqual(THIRD_OCTAVES);
    expect(THIRD_OCTAVES).toHaveLength(31);
    const narrow = masksOf(8000, 4096).bands;
    expect([narrow.freqs.length, narrow.freqs.at(-1)]).toEqual([23, 3150]);
  });

  it('names every band within 1.3 % of its exact centre', () => {
    for (const [i, freq] of THIRD_OCTAVES.entries()) {
      expect(Math.abs(freq / (1000 * 10 ** ((i - 17) / 10)) - 1)).toBeLessThan(0.013);
    }
  });

  it('reads 0 dBFS within 0.02 dB for a full-scale sine in the middle of a band, wherever the bins are', () => {
    for (const freq of [250, 1000, 1003, 5011.87, 12589]) {
      const levels = Array.from(masks.measureMean(powerOf([sine(freq, 40000)], { size: 16384 })), powerToDb);
      expect(Math.abs(Math.max(...levels))).toBeLessThan(0.02);
    }
  });

  it('reads white noise by the width of each band within 0.35 dB from 315 Hz to 16 kHz', () => {
    const x = whiteNoise(60 * 16384);
    const powers = masks.measureMean(powerOf([x], { size: 16384 }));
    const density = (2 * meanSquare(x)) / (RATE / 2);
    for (let band = 12; band < 30; band++) {
      const width = 1000 * (10 ** ((band - 16.5) / 10) - 10 ** ((band - 17.5) / 10));
      expect(Math.abs(powerToDb(powers[band] / (density * width)))).toBeLessThan(0.35);
    }
  });

  it('counts every bin between 17.8 Hz and 22.4 kHz once: a flat spectrum adds up to their width within 1e-12', () => {
    const width = (1000 * (10 ** 1.35 - 10 ** -1.75) * 16384) / RATE;
    const total = sum(masks.measureMean(new Float64Array(8193).fill(1)));
    expect(Math.abs(total / (width / HANN_ENBW) - 1)).toBeLessThan(1e-12);
  });
});
