import { constants, fstatSync, type Stats, statSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { AuralisError, outputError, usageError } from '../audio/errors.ts';
import { readCheckpoint } from '../engine/checkpoint/checkpoint.ts';
import { checkpointPlace } from '../engine/checkpoint/checkpoint-file.ts';
import type { CheckpointOptions } from '../engine/checkpoint/checkpoint-taker.ts';
import type { Resumption } from '../engine/checkpoint/resumption.ts';
import { systemReason } from '../engine/files/system-reason.ts';
import type { Arguments } from './command.ts';
import type { FilesInUse } from './files-in-use.ts';
import { duration, oneOf, text } from './option-value.ts';
import { say } from './say.ts';

/** From one checkpoint to the next, in ms. */
const EVERY = 10_000;

/** Options for commands that run a pipeline. */
export const CHECKPOINT_OPTIONS = {
  checkpoint: {
    type: 'string',
    requiresArg: true,
    describe: 'write the state of the run to FILE now and then, so that --resume can go on with it',
  },
  'checkpoint-every': {
    type: 'string',
    requiresArg: true,
    describe: 'time of the stream from one to the next (default 10s)',
  },
  resume: {
    type: 'string',
    requiresArg: true,
    describe: 'go on where the run stood that wrote the checkpoint FILE, with the same words and options',
  },
  'resume-input': {
    type: 'string',
    requiresArg: true,
    describe:
      'what a pipe brings: all of the input from its start, or the rest, from the frame of the checkpoint on',
  },
} as const;

/** Where checkpoints go, or undefined when there are none. */
export async function checkpointOf(
  args: Arguments,
  files: FilesInUse,
): Promise<CheckpointOptions | undefined> {
  const path = text(args, 'checkpoint');
  const every = duration(args, 'checkpoint-every');
  if (path === undefined) {
    if (every !== undefined) throw usageError('--checkpoint-every: needs --checkpoint FILE');
    return undefined;
  }
  files.claim('--checkpoint', path);
  try {
    await access(dirname(await checkpointPlace(path)), constants.W_OK);
  } catch (cause) {
    if (cause instanceof AuralisError) throw usageError(`--checkpoint ${cause.message}`);
    throw outputError(`--checkpoint ${path}: ${systemReason(cause)}`, { cause });
  }
  return {
    path,
    every: (every ?? EVERY) / 1000,
    onFailure: (line) => say(`warning: checkpoint: ${line}`),
  };
}

/**
 * The run to go on with, or undefined. Where `--checkpoint` names the same file and it is not there yet, a run begins, so
 * that one command line serves the first start and every other.
 */
export async function resumptionOf(args: Arguments, quiet: boolean): Promise<Resumption | undefined> {
  const path = text(args, 'resume');
  const wanted = oneOf(args, 'resume-input', ['start', 'rest']);
  if (path === undefined) {
    if (wanted !== undefined) throw usageError('--resume-input: needs --resume FILE');
    return undefined;
  }
  const own = text(args, 'checkpoint');
  const begins = own !== undefined && resolve(own) === resolve(path);
  if (begins && statSync(path, { throwIfNoEntry: false }) === undefined) {
    if (!quiet) say(`${path} is not there yet, beginning at the start`);
    return undefined;
  }
  const checkpoint = await readCheckpoint(path);
  const named = text(args, 'in');
  if (wanted === 'rest' && named !== undefined && statSync(named, { throwIfNoEntry: false })?.isFile()) {
    throw usageError(`--resume-input rest: ${named} is a file, which is read from its start; leave it out`);
  }
  const input = wanted ?? (isPipe(named) ? undefined : 'start');
  if (input === undefined) {
    throw usageError(
      `--resume: the input is a pipe, say with --resume-input what it brings: start (all of it) or rest (from frame ${checkpoint.position.inputFrame} on)`,
    );
  }
  return { checkpoint, input };
}

function isPipe(path: string | undefined): boolean {
  const stats: Stats | undefined =
    path === undefined || path === '-' ? fstatSync(0) : statSync(path, { throwIfNoEntry: false });
  return stats !== undefined && (stats.isFIFO() || stats.isSocket());
}
