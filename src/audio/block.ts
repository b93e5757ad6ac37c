import type { AudioFormat } from './format.ts';

/** One array a channel, equally long; full scale is 1.0 and values beyond it are legal between stages. */
export type Planar = readonly Float32Array[];

/** Planar audio with its place in the stream. */
export interface AudioBlock {
  readonly format: AudioFormat;
  /** Absolute frame of the first sample, counted from the start of the stream. */
  readonly start: number;
  /** Valid frames in each array; the arrays may be longer. */
  readonly frames: number;
  readonly channels: Planar;
}

/** A block over arrays of its own, each `frames` long. */
export function createBlock(format: AudioFormat, frames: number, start = 0): AudioBlock {
  const channels = Array.from({ length: format.channels }, () => new Float32Array(frames));
  return { format, start, frames, channels };
}
