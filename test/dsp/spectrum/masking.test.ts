import { expect, it } from 'vitest';
import { onKernelMemory } from '../../../src/dsp/kernel-memory.ts';
import { MaskingThresholds } from '../../../src/dsp/spectrum/masking.ts';
import { BACKENDS } from '../../support/backends.ts';

/** Schroeder, Atal and Hall's spreading less Johnston's offset of the masker, in dB. */
function reachesDb(band: number, masker: number): number {
  const x = band - masker + 0.474;
  return 15.81 + 7.5 * x - 17.5 * Math.sqrt(1 + x * x) - (15.5 + masker);
}

it.each([1, 2, 24, 25])(
  'adds up what %i bands let through of each other to 1e-12, alike to the bit in both backends',
  (bands) => {
    const powers = Float64Array.from({ length: bands }, (_, n) => 10 ** -((7 * n) % 11));
    const [wasm, reference] = BACKENDS.map((backend) =>
      onKernelMemory(backend, (memory) => {
        const own = memory.f64(bands);
        own.set(powers);
        return [...new MaskingThresholds(memory, bands).of(own).subarray(0, bands)];
      }),
    );
    expect(wasm).toEqual(reference);
    wasm.forEach((threshold, band) => {
      let sum = 0;
      for (const [masker, power] of powers.entries()) {
        if (masker !== band) sum += power * 10 ** (reachesDb(band, masker) / 10);
      }
      expect(Math.abs(threshold - sum)).toBeLessThanOrEqual(1e-12 * sum);
    });
  },
);
