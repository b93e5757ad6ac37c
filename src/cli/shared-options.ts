import { MOST_THREADS, type ThreadCount } from '../engine/thread-count.ts';
import type { Arguments, CommandOptions } from './command.ts';
import { numberIn, oneOf, text } from './option-value.ts';

const BACKENDS = ['auto', 'wasm', 'reference'] as const;

/** Who computes: the one in WebAssembly, the readable one, or the faster one that runs here. */
export type BackendChoice = (typeof BACKENDS)[number];

/** Option `--backend`. */
export const BACKEND_OPTION: CommandOptions = {
  backend: { type: 'string', requiresArg: true, describe: `who computes: ${BACKENDS.join(', ')}` },
};

/** The backend asked for, `auto` when none is. */
export function backendOf(args: Arguments): BackendChoice {
  return oneOf(args, 'backend', BACKENDS) ?? 'auto';
}

/** Option `--seed`. */
export const SEED_OPTION: CommandOptions = {
  seed: { type: 'string', requiresArg: true, describe: 'of the dither, a whole number (default 0)' },
};

/** The seed of the dither, 0..2^32 - 1. */
export function seedOf(args: Arguments): number {
  return numberIn(args, 'seed', { min: 0, max: 2 ** 32 - 1, whole: true }) ?? 0;
}

/** Option `--block-frames`. */
export const BLOCK_OPTION: CommandOptions = {
  'block-frames': { type: 'string', requiresArg: true, describe: 'frames at a time (default 4096)' },
};

/** Frames at a time, 1..65536. */
export function blockFramesOf(args: Arguments): number {
  return numberIn(args, 'block-frames', { min: 1, max: 65536, whole: true }) ?? 4096;
}

/** What `--threads` says: a number, 1..64, or `auto`. */
export function threadsOf(args: Arguments): ThreadCount | undefined {
  if (text(args, 'threads') === 'auto') return 'auto';
  return numberIn(args, 'threads', { min: 1, max: MOST_THREADS, whole: true });
}
