import type { Planar } from '../../audio/block.ts';
import type { Kernels } from '../kernel-memory.ts';

/** level[i] = |x[i]|, or the larger of it and what stood there with `merge`. */
function magnitude(x: Float32Array, level: Float32Array, frames: number, merge: boolean): void {
  for (let i = 0; i < frames; i++) {
    const v = Math.abs(x[i]);
    level[i] = merge && level[i] > v ? level[i] : v;
  }
}

/** Magnitude of one channel. */
export function channelLevel(
  kernels: Kernels | null,
  x: Float32Array,
  level: Float32Array,
  frames: number,
): void {
  if (kernels) kernels.magnitude(x.byteOffset, level.byteOffset, frames, 0);
  else magnitude(x, level, frames, false);
}

/** The largest magnitude of one channel, or NaN when any sample is. */
export function largestMagnitude(kernels: Kernels | null, x: Float32Array, frames: number): number {
  if (kernels) return kernels.largestMagnitude(x.byteOffset, frames);
  let top = 0;
  for (let i = 0; i < frames; i++) top = Math.max(top, Math.abs(x[i]));
  return top;
}

/** Magnitude of the loudest channel, frame by frame. */
export function loudestLevel(kernels: Kernels | null, x: Planar, level: Float32Array, frames: number): void {
  for (let channel = 0; channel < x.length; channel++) {
    if (kernels) kernels.magnitude(x[channel].byteOffset, level.byteOffset, frames, channel > 0 ? 1 : 0);
    else magnitude(x[channel], level, frames, channel > 0);
  }
}

/** power[i] = x[i]^2 in 64 bits. */
export function squares(kernels: Kernels | null, x: Float32Array, power: Float64Array, frames: number): void {
  if (kernels) {
    kernels.square(x.byteOffset, power.byteOffset, frames);
    return;
  }
  for (let i = 0; i < frames; i++) power[i] = x[i] * x[i];
}

/** power[i] /= other[i], or `least` when that is larger: what is left does not depend on how loud both are. */
export function relativePower(
  kernels: Kernels | null,
  power: Float64Array,
  other: Float64Array,
  frames: number,
  least: number,
): void {
  if (kernels) {
    kernels.relativePower(power.byteOffset, other.byteOffset, frames, least);
    return;
  }
  for (let i = 0; i < frames; i++) power[i] /= Math.max(other[i], least);
}

/** The largest of `frames` levels, all >= 0. */
export function largest(kernels: Kernels | null, level: Float32Array, frames: number): number {
  if (kernels) return kernels.largest(level.byteOffset, frames);
  let top = 0;
  for (let i = 0; i < frames; i++) if (level[i] > top) top = level[i];
  return top;
}

/** The largest of `frames` values, or `least` when that is larger. */
export function largestOf(kernels: Kernels | null, x: Float64Array, frames: number, least: number): number {
  if (kernels) return kernels.largest64(x.byteOffset, frames, least);
  let top = least;
  for (let i = 0; i < frames; i++) if (x[i] > top) top = x[i];
  return top;
}

/** The smallest of `frames` values, or `most` when that is smaller. */
export function smallestOf(kernels: Kernels | null, x: Float64Array, frames: number, most: number): number {
  if (kernels) return kernels.smallest64(x.byteOffset, frames, most);
  let low = most;
  for (let i = 0; i < frames; i++) if (x[i] < low) low = x[i];
  return low;
}
