import { statSync } from 'node:fs';
import type { inputError } from '../audio/errors.ts';

/**
 * Refuses what is there and is no regular file: a pipe would keep its thread waiting and can't be read twice, a device can't be
 * given another name. `kind` is that of the error.
 */
export function requireRegular(path: string, kind: typeof inputError): void {
  const there = statSync(path, { throwIfNoEntry: false });
  if (there !== undefined && !there.isFile()) throw kind(`${path}: is no regular file, expected one`);
}
