import { createWriteStream, fstatSync, openSync, statSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { outputError, usageError } from '../audio/errors.ts';
import { systemReason } from '../engine/files/system-reason.ts';
import { isInternal } from './descriptor.ts';
import type { FilesInUse } from './files-in-use.ts';

/**
 * Opens what `--report` or another option names: a file, or `fd:N` for a descriptor that the caller has opened. A file that
 * is there needs `force`.
 */
export function openReport(target: string, force: boolean, files: FilesInUse, option = '--report'): Writable {
  const descriptor = /^fd:(.*)$/.exec(target)?.[1];
  try {
    if (descriptor === undefined) {
      files.claim(option, target);
      if (statSync(target, { throwIfNoEntry: false })?.isFile() && !force) {
        throw usageError(`${option} ${target}: exists, add --force to write over it`);
      }
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
