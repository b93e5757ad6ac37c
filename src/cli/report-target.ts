import { createWriteStream, fstatSync, openSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { outputError, usageError } from '../audio/errors.ts';
import { systemReason } from '../engine/system-reason.ts';
import { isInternal } from './descriptor.ts';

/** Refuses a path that is one of the run's own files, by whatever name. `option` is for the message. */
export function refuseFilesInUse(option: string, target: string, inUse: readonly string[]): void {
  const there = statSync(target, { throwIfNoEntry: false });
  const isOwn = (path: string): boolean => {
    const other = statSync(path, { throwIfNoEntry: false });
    const same = other !== undefined && other.ino === there?.ino && other.dev === there.dev;
    return same || resolve(path) === resolve(target);
  };
  const stdout = fstatSync(1);
  const isStdout = there?.ino === stdout.ino && there.dev === stdout.dev && !there.isCharacterDevice();
  if (isStdout)
    throw usageError(`${option} ${target}: is stdout, which is audio; choose a file or fd:2 and up`);
  if (there !== undefined && !there.isFile()) return;
  if (inUse.some(isOwn)) {
    throw usageError(`${option} ${target}: is another file of this run, choose a new name`);
  }
}

/** Refuses a report that would write over something of value: what is there needs `force`, and is never these files. */
function checkReport(option: string, target: string, force: boolean, inUse: readonly string[]): void {
  refuseFilesInUse(option, target, inUse);
  if (statSync(target, { throwIfNoEntry: false })?.isFile() && !force) {
    throw usageError(`${option} ${target}: exists, add --force to write over it`);
  }
}

/**
 * Opens what `--report` or another option names: a file, or `fd:N` for a descriptor that the caller has opened. `inUse` are
 * files of the run.
 */
export function openReport(
  target: string,
  force: boolean,
  inUse: readonly string[],
  option = '--report',
): Writable {
  const descriptor = /^fd:(.*)$/.exec(target)?.[1];
  try {
    if (descriptor === undefined) {
      checkReport(option, target, force, inUse);
      return createWriteStream('', { fd: openSync(target, 'w') });
    }
    const fd = Number(descriptor);
    if (!/^\d{1,9}$/.test(descriptor) || fd < 2) {
      throw usageError(`${option} ${target}: expected a file, or a descriptor from fd:2 up; stdout is audio`);
    }
    fstatSync(fd);
    if (isInternal(fd)) throw outputError(`${option} ${target}: bad file descriptor`);
    return createWriteStream('', { fd, autoClose: fd > 2 });
  } catch (cause) {
    if (cause instanceof Error && 'errno' in cause) {
      throw outputError(`${option} ${target}: ${systemReason(cause)}`, { cause });
    }
    throw cause;
  }
}
