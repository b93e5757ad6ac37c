import type { Kernels } from '../kernel-memory.ts';

function sumAndDifference(
  kernels: Kernels | null,
  left: Float32Array,
  right: Float32Array,
  frames: number,
  scale: number,
  from = 0,
): void {
  if (kernels) {
    kernels.sumAndDifference(left.byteOffset + 4 * from, right.byteOffset + 4 * from, frames, scale);
    return;
  }
  for (let i = from; i < from + frames; i++) {
    const [l, r] = [left[i], right[i]];
    left[i] = Math.fround(l + r) * scale;
    right[i] = Math.fround(l - r) * scale;
  }
}

/** In place, from index `from` on: left and right become mid (l + r) / 2 and side (l - r) / 2. */
export function encodeMidSide(
  kernels: Kernels | null,
  left: Float32Array,
  right: Float32Array,
  frames: number,
  from = 0,
): void {
  sumAndDifference(kernels, left, right, frames, 0.5, from);
}

/** In place: mid and side become left and right again. */
export function decodeMidSide(
  kernels: Kernels | null,
  mid: Float32Array,
  side: Float32Array,
  frames: number,
): void {
  sumAndDifference(kernels, mid, side, frames, 1);
}
