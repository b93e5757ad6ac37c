import { fstatSync, readlinkSync } from 'node:fs';
import { AuralisError, type inputError, usageError } from '../audio/errors.ts';
import { systemReason } from '../engine/files/system-reason.ts';

/** Whether a descriptor belongs to node itself (epoll, eventfd) and not to the caller. Known on Linux only. */
export function isInternal(fd: number): boolean {
  return process.platform === 'linux' && readlinkSync(`/proc/self/fd/${fd}`).startsWith('anon_inode:');
}

/**
 * The number in `fd:N`, a descriptor that the caller has opened; null when `target` is a path. `option` stands in front
 * of messages; one that is not open is an error of the given kind. Descriptors below 3 have uses of their own.
 */
export function descriptorOf(target: string, option: string, kind: typeof inputError): number | null {
  const given = /^fd:(.*)$/.exec(target)?.[1];
  if (given === undefined) return null;
  const fd = Number(given);
  if (!/^\d{1,9}$/.test(given) || fd < 3) {
    throw usageError(`${option}: expected a file, or a descriptor from fd:3 up`);
  }
  try {
    fstatSync(fd);
    if (isInternal(fd)) throw kind(`${option}: bad file descriptor`);
  } catch (cause) {
    throw cause instanceof AuralisError ? cause : kind(`${option}: ${systemReason(cause)}`, { cause });
  }
  return fd;
}
