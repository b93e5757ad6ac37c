import type { Kernels } from '../kernel-memory.ts';

/** y[i] += scale x[from + i], as many as y has, in 64 bits. Kernel: `addScaled64`. */
export function addScaled64(
  kernels: Kernels | null,
  y: Float64Array,
  x: Float64Array,
  from: number,
  scale: number,
): void {
  if (kernels) {
    kernels.addScaled64(y.byteOffset, x.byteOffset + 8 * from, y.length, scale);
    return;
  }
  for (let i = 0; i < y.length; i++) y[i] += scale * x[from + i];
}

/** The value with the index `rank` of those that `counts` counts from `from` on: where it was counted. Kernel: `indexOfRank`. */
export function indexOfRank(
  kernels: Kernels | null,
  counts: Float64Array,
  from: number,
  rank: number,
): number {
  if (kernels) return from + kernels.indexOfRank(counts.byteOffset + 8 * from, rank);
  let at = from;
  for (let left = rank; left >= counts[at]; at++) left -= counts[at];
  return at;
}

/** Sum of scale x[i] for `from` <= i < `end`, one after the other; 0 where there are none. Kernel: `scaledSum64`. */
export function scaledSum64(
  kernels: Kernels | null,
  x: Float64Array,
  from: number,
  end: number,
  scale: number,
): number {
  if (kernels) return kernels.scaledSum64(x.byteOffset + 8 * from, end - from, scale);
  let sum = 0;
  for (let i = from; i < end; i++) sum += scale * x[i];
  return sum;
}
