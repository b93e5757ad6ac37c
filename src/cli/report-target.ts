import { createWriteStream, fstatSync, openSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { outputError, usageError } from '../audio/errors.ts';
import { systemReason } from '../engine/system-reason.ts';

/** Opens what `--report` names: a file, or `fd:N` for a descriptor that the caller has opened. */
export function openReport(target: string): Writable {
  const descriptor = /^fd:(.*)$/.exec(target)?.[1];
  try {
    if (descriptor === undefined) return createWriteStream('', { fd: openSync(target, 'w') });
    const fd = Number(descriptor);
    if (!/^\d{1,9}$/.test(descriptor) || fd < 2) {
      throw usageError(`--report ${target}: expected a file, or a descriptor from fd:2 up; stdout is audio`);
    }
    fstatSync(fd);
    return createWriteStream('', { fd, autoClose: fd > 2 });
  } catch (cause) {
    if (cause instanceof Error && 'errno' in cause) {
      throw outputError(`--report ${target}: ${systemReason(cause)}`, { cause });
    }
    throw cause;
  }
}
