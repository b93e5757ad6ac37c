import type { KernelMemory } from '../kernel-memory.ts';
import type { FftSize } from './fft.ts';
import { type Points, StockhamPasses, twiddles } from './stockham.ts';

/** The work of a pair transform in one backend; see there. */
type PairWork = Pick<PairTransform, 'forward' | 'addPower' | 'back'>;

/**
 * Two real signals as the real and the imaginary part of one complex one, Z = L + iR: segments of five eighths of the size
 * under a window, behind a quarter of zeros and before an eighth, through a real response and back. As the response of bin k is that of bin size - k, what belongs
 * to the one signal and to the other need never be told apart. Single precision in both backends. Scratch only: it
 * carries nothing from one segment to the next.
 */
export class PairTransform {
  readonly #work: PairWork;

  constructor(memory: KernelMemory, size: FftSize) {
    const tables = twiddles(memory, size);
    this.#work = memory.kernels ? kernelWork(memory, size, tables) : referenceWork(size, tables);
  }

  /** Transforms the segments in two rings of `size` samples, whose oldest frame is at index `oldest`, times `window`. */
  forward(left: Float32Array, right: Float32Array, oldest: number, window: Float32Array): void {
    this.#work.forward(left, right, oldest, window);
  }

  /** power[k] += |L[k]|^2 + |R[k]|^2 for bins 1..size/2 of what was transformed last. */
  addPower(power: Float32Array): void {
    this.#work.addPower(power);
  }

  /**
   * Weighs what was transformed last by a response of `size` bins, transforms it back and adds the signals to two rings of
   * `size` samples, from index `slot` on. Indexes are multiples of 4. Nothing of the transform is left.
   */
  back(response: Float32Array, left: Float32Array, right: Float32Array, slot: number): void {
    this.#work.back(response, left, right, slot);
  }
}

/** Kernels: `pairForward`, `addPairPower`, `pairBack`. */
function kernelWork(memory: KernelMemory, size: FftSize, tables: Float32Array): PairWork {
  const { pairForward, addPairPower, pairBack } = memory.kernels!;
  const work = memory.f32(4 * size).byteOffset;
  const table = tables.byteOffset;
  let z = work;
  return {
    forward: (left, right, oldest, window) => {
      z = pairForward(size, left.byteOffset, right.byteOffset, oldest, window.byteOffset, work, table);
    },
    addPower: (power) => {
      addPairPower(size, z, power.byteOffset);
    },
    back: (response, left, right, slot) => {
      pairBack(size, z, response.byteOffset, left.byteOffset, right.byteOffset, slot, work, table);
    },
  };
}

/** The same operations in the same order, but for zeros that the kernels know to be there. */
function referenceWork(size: FftSize, tables: Float32Array): PairWork {
  const { fround } = Math;
  const passes = new StockhamPasses(size, tables);
  const segment = (5 * size) / 8;
  let z: Points = passes.points;
  return {
    forward: (left, right, oldest, window) => {
      const { re, im } = passes.points;
      re.fill(0);
      im.fill(0);
      for (let n = 0; n < segment; n++) {
        const from = (n + oldest) % size;
        re[size / 4 + n] = left[from] * window[n];
        im[size / 4 + n] = right[from] * window[n];
      }
      z = passes.run();
    },
    addPower: (power) => {
      const at = (k: number): number => fround(fround(z.re[k] * z.re[k]) + fround(z.im[k] * z.im[k]));
      for (let k = 1; k <= size / 2; k++) power[k] += fround(0.5 * fround(at(k) + at(size - k)));
    },
    back: (response, left, right, slot) => {
      const { re, im } = z;
      // Backwards is forwards with real and imaginary parts exchanged, before and behind.
      for (let k = 0; k < size; k++) [re[k], im[k]] = [im[k] * response[k], re[k] * response[k]];
      const back = passes.run();
      for (let n = 0; n < size; n++) {
        const to = (n + slot) % size;
        left[to] += fround(back.im[n] / size);
        right[to] += fround(back.re[n] / size);
      }
    },
  };
}
