import { readdirSync, type Stats, statSync } from 'node:fs';
import type { inputError } from '../audio/errors.ts';
import { systemReason } from '../engine/files/system-reason.ts';

/**
 * Refuses what is there and is no regular file: a pipe would keep its thread waiting and can't be read twice, a device can't be
 * given another name. `kind` is that of the error.
 */
export function requireRegular(path: string, kind: typeof inputError): void {
  let there: Stats | undefined;
  try {
    there = statSync(path, { throwIfNoEntry: false });
    // A folder stands among files where it could not be looked into, and says why once more.
    if (there?.isDirectory()) readdirSync(path);
  } catch (cause) {
    throw kind(`${path}: ${systemReason(cause)}`, { cause });
  }
  if (there !== undefined && !there.isFile()) throw kind(`${path}: is no regular file, expected one`);
}
