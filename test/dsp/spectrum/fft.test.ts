import { describe, expect, it } from 'vitest';
import { type BackendName, KernelMemory } from '../../../src/dsp/kernel-memory.ts';
import { FFT_SIZES, type FftSize, RealFft } from '../../../src/dsp/spectrum/fft.ts';
import { whiteNoise } from '../../support/white-noise.ts';

const BACKENDS: readonly BackendName[] = ['reference', 'wasm'];
/** Largest error allowed, as a part of the largest bin. */
const TOLERANCE = 3e-7;

const makeFft = (backend: BackendName, size: FftSize) =>
  new RealFft(new KernelMemory(backend, 1 << 20), size);

/** The definition, summed term by term at some bins. */
function bruteForceDft(x: Float32Array, bins: readonly number[]): { re: number; im: number }[] {
  return bins.map((k) => {
    let [re, im] = [0, 0];
    for (let n = 0; n < x.length; n++) {
      const angle = (2 * Math.PI * ((k * n) % x.length)) / x.length;
      re += x[n] * Math.cos(angle);
      im -= x[n] * Math.sin(angle);
    }
    return { re, im };
  });
}

function transformed(fft: RealFft, x: Float32Array): { re: Float32Array; im: Float32Array } {
  fft.input.set(x);
  fft.transform();
  return { re: fft.re.slice(), im: fft.im.slice() };
}

describe.each(BACKENDS)('RealFft, %s', (backend) => {
  it.each(FFT_SIZES)(`is within ${TOLERANCE} of the brute-force transform of %i points`, (size) => {
    const x = whiteNoise(size);
    const { re, im } = transformed(makeFft(backend, size), x);
    const step = Math.max(1, size / 256);
    const bins = Array.from({ length: size / 2 / step + 1 }, (_, i) => i * step);
    bins.push(1, 2, 3, size / 2 - 3, size / 2 - 2, size / 2 - 1, size / 4 - 1, size / 4 + 1);
    const exact = bruteForceDft(x, bins);
    const largest = Math.max(...exact.map((bin) => Math.hypot(bin.re, bin.im)));
    const error = Math.max(...exact.map((bin, i) => Math.hypot(bin.re - re[bins[i]], bin.im - im[bins[i]])));
    expect(error / largest).toBeLessThan(TOLERANCE);
  });

  it.each(FFT_SIZES)('keeps the energy of %i points to 1e-6 (Parseval)', (size) => {
    const x = whiteNoise(size, 7);
    const { re, im } = transformed(makeFft(backend, size), x);
    const power = Array.from(re, (_, k) => re[k] ** 2 + im[k] ** 2);
    const inside = power.slice(1, -1).reduce((sum, p) => sum + p, 0);
    const spectral = (power[0] + 2 * inside + power[size / 2]) / size;
    const energy = x.reduce((sum, sample) => sum + sample * sample, 0);
    expect(Math.abs(spectral / energy - 1)).toBeLessThan(1e-6);
  });

  it('transforms a sum into the sum of the transforms to 5e-7 of the largest bin', () => {
    const fft = makeFft(backend, 2048);
    const [a, b] = [whiteNoise(2048, 3), whiteNoise(2048, 4)];
    const mixed = a.map((sample, i) => 0.5 * sample - 0.25 * b[i]);
    const [both, fa, fb] = [mixed, a, b].map((x) => transformed(fft, x));
    const largest = Math.max(...both.re.map((re, k) => Math.hypot(re, both.im[k])));
    const errors = both.re.map((re, k) =>
      Math.hypot(re - (0.5 * fa.re[k] - 0.25 * fb.re[k]), both.im[k] - (0.5 * fa.im[k] - 0.25 * fb.im[k])),
    );
    expect(Math.max(...errors) / largest).toBeLessThan(5e-7);
  });

  it('puts a cosine on bin 37 of 4096 points there as 2048, and 140 dB less everywhere else', () => {
    const x = Float32Array.from({ length: 4096 }, (_, n) => Math.cos((2 * Math.PI * 37 * n) / 4096));
    const { re, im } = transformed(makeFft(backend, 4096), x);
    expect(re[37]).toBeCloseTo(2048, 2);
    const elsewhere = Array.from(re, (value, k) => (k === 37 ? 0 : Math.hypot(value, im[k])));
    expect(Math.max(...elsewhere)).toBeLessThan(2048e-7);
  });

  it('leaves its input alone and gives the same bits twice', () => {
    const fft = makeFft(backend, 512);
    const x = whiteNoise(512);
    const first = transformed(fft, x);
    expect(fft.input).toEqual(x);
    fft.transform();
    expect(fft.re).toEqual(first.re);
    expect(fft.im).toEqual(first.im);
  });

  it.each(FFT_SIZES)('gives %i points of noise back by its inverse, -125 dB of error', (size) => {
    const memory = new KernelMemory(backend, 1 << 20);
    const fft = new RealFft(memory, size);
    const x = whiteNoise(size, 9);
    const back = memory.f32(size);
    fft.input.set(x);
    fft.transform();
    fft.inverse(back);
    const error = back.reduce((sum, sample, i) => sum + (sample / size - x[i]) ** 2, 0);
    const energy = x.reduce((sum, sample) => sum + sample ** 2, 0);
    expect(10 * Math.log10(error / energy)).toBeLessThan(-125);
  });

  it('has an imaginary part of 0 at 0 Hz and at half the rate', () => {
    const { im } = transformed(makeFft(backend, 1024), whiteNoise(1024));
    expect([im[0], im[512]].map(Math.abs)).toEqual([0, 0]);
  });
});

it.each(FFT_SIZES)('both backends give the same bits for %i points, there and back', (size) => {
  const [reference, wasm] = BACKENDS.map((backend) => {
    const memory = new KernelMemory(backend, 1 << 20);
    const fft = new RealFft(memory, size);
    const { re, im } = transformed(fft, whiteNoise(size, 10));
    const back = memory.f32(size);
    fft.inverse(back);
    return [re, im, back.slice()];
  });
  expect(reference).toEqual(wasm);
});

it('names the sizes it knows when asked for 1000 points', () => {
  expect(() => makeFft('reference', 1000 as FftSize)).toThrow(
    /1000 points.*512, 1024, 2048, 4096, 8192, 16384/,
  );
});
