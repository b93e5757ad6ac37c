import { createHash } from 'node:crypto';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { outputError, usageError } from '../../audio/errors.ts';
import { type OutputSink, resumedFileSink } from '../files/output-sink.ts';
import { isSystemError, systemReason } from '../files/system-reason.ts';
import type { Checkpoint, UnfinishedOutput } from './checkpoint.ts';

/** Bytes by which an unfinished file is known again. */
const TAIL_BYTES = 4096;

/**
 * Brings an unfinished file to the disk and says how it is known again: by what stands before byte `end`. The first `head`
 * bytes do not count, because a header is put right at the end.
 */
export async function describeUnfinished(path: string, head: number, end: number): Promise<UnfinishedOutput> {
  const file = await open(path, 'r+');
  try {
    await file.datasync();
    const tailBytes = Math.min(TAIL_BYTES, end - head);
    return { file: basename(path), tailBytes, tailHash: await hashBefore(file, end, tailBytes) };
  } finally {
    await file.close();
  }
}

async function hashBefore(file: FileHandle, end: number, bytes: number): Promise<string> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, end - bytes);
  return createHash('sha256').update(buffer.subarray(0, bytesRead)).digest('hex');
}

/**
 * A sink that goes on with what a run has left of the file at `path`: the unfinished file in its folder or, where that run
 * gave it its name, the file itself. Nothing is changed before the first byte comes.
 */
export async function resumedOutput(
  path: string,
  { unfinished, position: { outputByte } }: Checkpoint,
  options: { readonly overwrite: boolean },
): Promise<OutputSink> {
  if (unfinished === null) {
    throw usageError(
      `${path}: the run of the checkpoint wrote to a stream; send the rest to stdout, with - as OUT`,
    );
  }
  const there = await realpath(path).catch(() => null);
  const part = join(dirname(there ?? path), unfinished.file);
  for (const file of there === null ? [part] : [part, there]) {
    const known = await isKnown(file, outputByte, unfinished);
    if (known === null) continue;
    if (!known) throw outputError(`${file}: is not what the run of the checkpoint wrote, it stays as it is`);
    if (there !== null && file !== there && !options.overwrite) {
      throw usageError(`${path}: exists beside what the run left, add --force to write over it`);
    }
    return resumedFileSink(path, file, outputByte, options);
  }
  throw outputError(`${path}: what the run of the checkpoint wrote is gone; it was ${part}`);
}

/** Whether a file has the bytes that it is known by; null where there is no such file. */
async function isKnown(
  path: string,
  end: number,
  { tailBytes, tailHash }: UnfinishedOutput,
): Promise<boolean | null> {
  try {
    const file = await open(path, 'r+');
    try {
      const { size } = await file.stat();
      return size >= end && (await hashBefore(file, end, tailBytes)) === tailHash;
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (!isSystemError(cause)) throw cause;
    if (cause.code === 'ENOENT') return null;
    throw outputError(`${path}: ${systemReason(cause)}`, { cause });
  }
}
