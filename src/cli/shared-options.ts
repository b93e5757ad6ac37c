import { usageError } from '../audio/errors.ts';
import { LAYOUTS } from '../audio/format.ts';
import { quoted } from '../audio/shown.ts';
import { MOST_THREADS, type ThreadCount } from '../engine/thread-count.ts';
import type { WantedFormat } from '../graph/definition.ts';
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
  const words = text(args, 'threads');
  if (words === undefined || words === 'auto') return words;
  const count = Number(words);
  if (Number.isInteger(count) && count >= 1 && count <= MOST_THREADS) return count;
  throw usageError(`--threads ${quoted(words)}: expected a whole number from 1 to ${MOST_THREADS}, or auto`);
}

/** Options `--rate` and `--channels`, of what goes out. */
export const FORMAT_OPTIONS: CommandOptions = {
  rate: {
    type: 'string',
    requiresArg: true,
    describe: 'sample rate of the output in Hz; converts what comes in, before the first stage',
  },
  channels: {
    type: 'string',
    requiresArg: true,
    describe: 'channels of the output: a number, mono, stereo, 5.1, 7.1...; converts what comes in',
  },
};

/** Rate and channels asked for; a layout's name, or a number of channels. */
export function wantedFormatOf(args: Arguments): WantedFormat {
  const channels = text(args, 'channels');
  const rate = numberIn(args, 'rate', { min: 1000, max: 768_000, whole: true });
  if (channels === undefined) return { rate };
  return {
    rate,
    channels: /^\d+$/.test(channels)
      ? numberIn(args, 'channels', { min: 1, max: 64, whole: true })
      : oneOf(args, 'channels', Object.keys(LAYOUTS)),
  };
}
