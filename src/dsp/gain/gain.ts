import type { Planar } from '../../audio/block.ts';
import type { Kernels } from '../kernel-memory.ts';
import { fastExp2 } from '../log-domain.ts';
import type { LinearRamp, RampSpan } from './ramp.ts';

/** x[i] *= gain along a ramp's span, computed in 64 bits and rounded once; a steady gain of 1 leaves x alone. */
export function applyGain(
  kernels: Kernels | null,
  x: Float32Array,
  at: number,
  span: Readonly<RampSpan>,
): void {
  const { frames, start, step, index } = span;
  if (step === 0 && start === 1) return;
  if (kernels) {
    const pointer = x.byteOffset + 4 * at;
    if (step === 0) kernels.scale(pointer, frames, start);
    else kernels.scaleRamp(pointer, frames, start, step, index);
    return;
  }
  for (let i = 0; i < frames; i++) x[at + i] *= start + step * (index + i);
}

/** y[i] moves towards x[i] by a weight along a ramp's span: 0 leaves y, 1 gives x. */
export function blend(
  kernels: Kernels | null,
  y: Float32Array,
  x: Float32Array,
  at: number,
  span: Readonly<RampSpan>,
): void {
  const { frames, start, step, index } = span;
  if (kernels) {
    kernels.blend(y.byteOffset + 4 * at, x.byteOffset + 4 * at, frames, start, step, index);
    return;
  }
  for (let i = at; i < at + frames; i++) y[i] += (start + step * (index + i - at)) * (x[i] - y[i]);
}

/** y[i] = x[i]. */
export function copyInto(kernels: Kernels | null, y: Float32Array, x: Float32Array, frames: number): void {
  if (kernels) {
    kernels.copy(y.byteOffset, x.byteOffset, frames);
    return;
  }
  for (let i = 0; i < frames; i++) y[i] = x[i];
}

/** The same for every channel of `target`. */
export function copyPlanar(kernels: Kernels | null, target: Planar, source: Planar, frames: number): void {
  for (let n = 0; n < target.length; n++) copyInto(kernels, target[n], source[n], frames);
}

/** y[i] += gain x[i], computed in 64 bits and rounded once. */
export function addScaled(
  kernels: Kernels | null,
  y: Float32Array,
  x: Float32Array,
  frames: number,
  gain: number,
): void {
  if (kernels) {
    kernels.addScaled(y.byteOffset, x.byteOffset, frames, gain);
    return;
  }
  for (let i = 0; i < frames; i++) y[i] += gain * x[i];
}

/** The same for every channel of `target`. */
export function addPlanar(
  kernels: Kernels | null,
  target: Planar,
  source: Planar,
  frames: number,
  gain: number,
): void {
  for (let n = 0; n < target.length; n++) addScaled(kernels, target[n], source[n], frames, gain);
}

/** x[i] *= gain[i], computed in 64 bits and rounded once. */
export function multiply(kernels: Kernels | null, x: Float32Array, gain: Float64Array, frames: number): void {
  if (kernels) {
    kernels.multiply(x.byteOffset, gain.byteOffset, frames);
    return;
  }
  for (let i = 0; i < frames; i++) x[i] *= gain[i];
}

/** Frames between two places on a ramp from which the gains are worked out: between them they are products. */
const STRIDE = 16;

/** Gains 2^x along a ramp's span of log2 units, from index `at` on. */
export function gainAlong(
  kernels: Kernels | null,
  gains: Float64Array,
  at: number,
  span: Readonly<RampSpan>,
): void {
  const { frames, start, step, index } = span;
  if (step === 0) gains.fill(fastExp2(start), at, at + frames);
  else if (kernels) kernels.gainAlong(gains.byteOffset + 8 * at, frames, start, step, index);
  else {
    for (let i = 0; i < frames; i++) {
      const past = (index + i) % STRIDE;
      gains[at + i] = fastExp2(start + step * (index + i - past)) * fastExp2(step * past);
    }
  }
}

/** Gains 2^x of the next frames of a ramp of log2 units, into places `from` to `end`. */
export function gainsAlong(
  kernels: Kernels | null,
  gains: Float64Array,
  from: number,
  end: number,
  ramp: LinearRamp,
): void {
  for (let at = from; at < end; ) {
    const span = ramp.take(end - at);
    gainAlong(kernels, gains, at, span);
    at += span.frames;
  }
}

/** A reduction in log2 units becomes a linear gain 2^(makeup - reduction), in place, makeup along a ramp's span. */
export function gainFromReduction(
  kernels: Kernels | null,
  reduction: Float64Array,
  at: number,
  makeup: Readonly<RampSpan>,
): void {
  const { frames, start, step, index } = makeup;
  if (kernels) {
    kernels.gainFromReduction(reduction.byteOffset + 8 * at, frames, start, step, index);
    return;
  }
  for (let i = 0; i < frames; i++) {
    reduction[at + i] = fastExp2(start + step * (index + i) - reduction[at + i]);
  }
}
