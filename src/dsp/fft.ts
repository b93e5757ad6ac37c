import { internalError } from '../audio/errors.ts';
import { cos, sin } from './elementary.ts';
import type { KernelMemory } from './kernel-memory.ts';
import { ReferenceFft } from './reference-fft.ts';

/** Lengths that `RealFft` transforms: powers of two from 512 to 16384 points. */
export const FFT_SIZES = [512, 1024, 2048, 4096, 8192, 16384] as const;
export type FftSize = (typeof FFT_SIZES)[number];

/** Twiddle factors in the order in which the kernel `realFft` reads them. */
function kernelTables(memory: KernelMemory, size: number): Float32Array {
  const points = size / 2;
  const values: number[] = [];
  for (let n = points; n >= 4; n /= 4) {
    for (const power of [1, 2, 3]) {
      for (let p = 0; p < n / 4; p++) values.push(cos((2 * Math.PI * p * power) / n));
      for (let p = 0; p < n / 4; p++) values.push(-sin((2 * Math.PI * p * power) / n));
    }
  }
  for (let k = 0; k <= points / 2; k++) values.push(cos((2 * Math.PI * k) / size));
  for (let k = 0; k <= points / 2; k++) values.push(sin((2 * Math.PI * k) / size));
  const tables = memory.f32(values.length);
  tables.set(values);
  return tables;
}

/**
 * Discrete Fourier transform of real input, X[k] = sum x[n] e^(-2 pi i k n / size), unscaled. Fill `input`, call
 * `transform`, read `re` and `im` for k = 0..size/2. Single precision in the wasm backend (error below 3e-7 of the
 * largest bin), double precision rounded once in the reference. Scratch only: it carries nothing between calls.
 */
export class RealFft {
  readonly size: FftSize;
  /** `size` samples; left as they are by `transform`. */
  readonly input: Float32Array;
  /** Real parts of bins 0..size/2. */
  readonly re: Float32Array;
  /** Imaginary parts of bins 0..size/2. */
  readonly im: Float32Array;
  readonly #transform: () => void;

  constructor(memory: KernelMemory, size: FftSize) {
    if (!FFT_SIZES.includes(size)) {
      throw internalError(`an FFT of ${size} points was asked for, allowed are ${FFT_SIZES.join(', ')}`);
    }
    this.size = size;
    this.input = memory.f32(size);
    this.re = memory.f32(size / 2 + 1);
    this.im = memory.f32(size / 2 + 1);
    this.#transform = memory.kernels ? this.#onKernels(memory) : this.#onReference();
  }

  transform(): void {
    this.#transform();
  }

  #onKernels(memory: KernelMemory): () => void {
    const { realFft } = memory.kernels!;
    const work = memory.f32(2 * this.size).byteOffset;
    const tables = kernelTables(memory, this.size).byteOffset;
    const { size, input, re, im } = this;
    return () => {
      realFft(size, input.byteOffset, re.byteOffset, im.byteOffset, work, tables);
    };
  }

  #onReference(): () => void {
    const fft = new ReferenceFft(this.size);
    const { input, re, im } = this;
    return () => fft.transform(input, re, im);
  }
}
