import { internalError } from '../../audio/errors.ts';
import type { KernelMemory } from '../kernel-memory.ts';
import { ReferenceFft } from './reference-fft.ts';
import { cosines, twiddleCount, twiddles } from './stockham.ts';

/** Lengths that `RealFft` transforms: powers of two from 512 to 16384 points. */
export const FFT_SIZES = [512, 1024, 2048, 4096, 8192, 16384] as const;
export type FftSize = (typeof FFT_SIZES)[number];

/** Twiddle factors and those of the split, in the order in which `realFft` reads them. */
function realTwiddles(memory: KernelMemory, size: number): Float32Array {
  const points = size / 2;
  const bins = points / 2 + 1;
  const count = twiddleCount(points);
  const tables = twiddles(memory, points, 2 * bins);
  const circle = cosines(size);
  for (let k = 0; k < bins; k++) {
    tables[count + k] = circle[k];
    tables[count + bins + k] = circle[size / 4 - k];
  }
  return tables;
}

/**
 * to[0] = re[0] - im[0], to[k] = re[k] - im[k], to[size - k] = re[k] + im[k]: with a spectrum the Hartley transform of its
 * signal, with the transform of that the signal itself. Kernel: `casSequence`.
 */
function casSequence(size: number, re: Float32Array, im: Float32Array, to: Float32Array): void {
  for (let k = 0; k <= size / 2; k++) {
    if (k > 0) to[size - k] = re[k] + im[k];
    if (k < size / 2) to[k] = re[k] - im[k];
  }
}

/** sums[k] += re[k]^2 + im[k]^2. Kernel: `addPower`. */
function addPower(re: Float32Array, im: Float32Array, sums: Float64Array): void {
  for (let k = 0; k < re.length; k++) sums[k] += re[k] * re[k] + im[k] * im[k];
}

/**
 * Discrete Fourier transform of real input, X[k] = sum x[n] e^(-2 pi i k n / size), unscaled, and its inverse. Fill `input`, call
 * `transform`, read `re` and `im` for k = 0..size/2. Single precision in both backends (error below 3e-7 of the
 * largest bin). Scratch only: it carries nothing between calls.
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
  readonly #windowedPower: RealFft['windowedPower'];
  readonly #casSequence: (to: Float32Array) => void;
  readonly #addPower: (sums: Float64Array) => void;

  constructor(memory: KernelMemory, size: FftSize) {
    if (!FFT_SIZES.includes(size)) {
      throw internalError(`an FFT of ${size} points was asked for, allowed are ${FFT_SIZES.join(', ')}`);
    }
    this.size = size;
    this.input = memory.f32(size);
    this.re = memory.f32(size / 2 + 1);
    this.im = memory.f32(size / 2 + 1);
    const { input, re, im } = this;
    const { kernels } = memory;
    const tables = realTwiddles(memory, size);
    if (kernels) {
      const work = memory.f32(2 * size).byteOffset;
      this.#transform = () =>
        kernels.realFft(size, input.byteOffset, re.byteOffset, im.byteOffset, work, tables.byteOffset);
      this.#windowedPower = (ring, oldest, window, power) =>
        kernels.windowedPower(
          size,
          ring.byteOffset,
          oldest,
          window.byteOffset,
          power.byteOffset,
          work,
          tables.byteOffset,
        );
      this.#casSequence = (to) => kernels.casSequence(size, re.byteOffset, im.byteOffset, to.byteOffset);
      this.#addPower = (sums) => kernels.addPower(re.byteOffset, im.byteOffset, re.length, sums.byteOffset);
    } else {
      const fft = new ReferenceFft(size, tables);
      this.#transform = () => fft.transform(input, re, im);
      this.#windowedPower = (ring, oldest, window, power) => {
        for (let i = 0; i < size; i++) input[i] = ring[(i + (oldest * size) / 4) % size] * window[i];
        fft.transform(input, re, im);
        for (let k = 0; k <= size / 2; k++)
          power[k] = Math.fround(re[k] * re[k]) + Math.fround(im[k] * im[k]);
        power[0] /= 2;
        power[size / 2] /= 2;
      };
      this.#casSequence = (to) => casSequence(size, re, im, to);
      this.#addPower = (sums) => addPower(re, im, sums);
    }
  }

  transform(): void {
    this.#transform();
  }

  /**
   * Powers of bins 0..size/2 of the windowed samples of a ring, whose first is that of its quarter `oldest` (0..3). DC and
   * Nyquist have no mirror image, so half the power. All arrays are in the same memory; nothing of `input`, `re` and
   * `im` is left.
   */
  windowedPower(ring: Float32Array, oldest: number, window: Float32Array, power: Float32Array): void {
    this.#windowedPower(ring, oldest, window, power);
  }

  /** sums[k] += |X[k]|^2 for the bins 0..size/2, in double precision. */
  addPower(sums: Float64Array): void {
    this.#addPower(sums);
  }

  /**
   * The signal whose spectrum stands in `re` and `im`, times `size`, into `to` (size samples in the same memory). A second
   * forward transform: the Hartley transform is its own inverse (R. N. Bracewell, "The fast Hartley transform", Proc.
   * IEEE 72(8), 1984). Leaves nothing of `input`, `re` and `im`.
   */
  inverse(to: Float32Array): void {
    this.#casSequence(this.input);
    this.#transform();
    this.#casSequence(to);
  }
}
