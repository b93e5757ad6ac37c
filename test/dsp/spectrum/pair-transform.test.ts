import { describe, expect, it } from 'vitest';
import { type BackendName, KernelMemory } from '../../../src/dsp/kernel-memory.ts';
import type { FftSize } from '../../../src/dsp/spectrum/fft.ts';
import { PairTransform } from '../../../src/dsp/spectrum/pair-transform.ts';
import { whiteNoise } from '../../support/white-noise.ts';

const BACKENDS: readonly BackendName[] = ['reference', 'wasm'];
/** One whose last pass is radix-4, one whose last is radix-2. */
const SIZES: readonly FftSize[] = [1024, 2048];

/** Two segments in rings that begin at `oldest`, and what comes of them. */
function run(backend: BackendName, size: FftSize, response: (bin: number) => number) {
  const memory = new KernelMemory(backend, 1 << 20);
  const transform = new PairTransform(memory, size);
  const array = (values: ArrayLike<number>): Float32Array => {
    const to = memory.f32(values.length);
    to.set(values);
    return to;
  };
  const frames = (5 * size) / 8;
  const segments = [whiteNoise(frames, 1), whiteNoise(frames, 2)];
  const oldest = (5 * size) / 8;
  const rings = segments.map((x) =>
    array(Array.from({ length: size }, (_, n) => x[(n - oldest + size) % size] ?? 7)),
  );
  const power = memory.f32(size / 2 + 1);
  const sums = [memory.f32(size), memory.f32(size)];
  const slot = (3 * size) / 8;
  transform.forward(rings[0], rings[1], oldest, array(new Float32Array(frames).fill(1)));
  transform.addPower(power);
  const bins = Array.from({ length: size }, (_, k) => response(Math.min(k, size - k)));
  transform.back(array(bins), sums[0], sums[1], slot);
  const outputs = sums.map((sum) => sum.map((_, n) => sum[(n + slot) % size]));
  return { segments, power: power.slice(), outputs };
}

describe.each(BACKENDS)('PairTransform, %s', (backend) => {
  it.each(SIZES)(
    'gives both signals back to 1e-6, each in its own place and nothing around it, %i points',
    (size) => {
      const { segments, outputs } = run(backend, size, () => 1);
      for (const [c, output] of outputs.entries()) {
        const wanted = new Float32Array(size);
        wanted.set(segments[c], size / 4);
        const error = Math.max(...output.map((value, n) => Math.abs(value - wanted[n])));
        expect(error).toBeLessThan(1e-6);
      }
    },
  );

  it.each(SIZES)(
    'is the circular convolution with a delay there and one back, to 1e-6, %i points',
    (size) => {
      const shift = 3;
      const { segments, outputs } = run(backend, size, (k) => Math.cos((2 * Math.PI * k * shift) / size));
      for (const [c, output] of outputs.entries()) {
        const at = (n: number): number => segments[c][n - size / 4] ?? 0;
        const wanted = output.map((_, n) => 0.5 * (at(n - shift) + at(n + shift)));
        expect(Math.max(...output.map((value, n) => Math.abs(value - wanted[n])))).toBeLessThan(1e-6);
      }
    },
  );

  it.each(SIZES)('adds the power of both signals, within 1e-6 of Parseval, %i points', (size) => {
    const { segments, power } = run(backend, size, () => 1);
    const energy = segments.flatMap((x) => [...x]).reduce((sum, value) => sum + value * value, 0);
    const mean = segments.map((x) => x.reduce((sum, value) => sum + value, 0));
    const inside = power.slice(1, -1).reduce((sum, value) => sum + value, 0);
    const whole = mean[0] ** 2 + mean[1] ** 2 + 2 * inside + power[size / 2];
    expect(Math.abs(whole / size / energy - 1)).toBeLessThan(1e-6);
  });
});

describe('PairTransform', () => {
  it.each(SIZES)('differs by zero between the backends, %i points', (size) => {
    const response = (k: number): number => 1 / (1 + k);
    const { segments: _, ...reference } = run('reference', size, response);
    expect(run('wasm', size, response)).toMatchObject(reference);
  });
});
