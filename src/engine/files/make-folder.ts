import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { outputError } from '../../audio/errors.ts';
import { isSystemError, systemReason } from './system-reason.ts';

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/**
 * Makes a folder, and those that it lies in; one that is there already stays as it is. Level by level: Node's own way tries
 * for ever where the system makes none and says that nothing is there, as under `/proc`.
 * @throws AuralisError of kind `output`
 */
export function makeFolder(path: string): void {
  if (existsSync(path)) {
    if (isFolder(path)) return;
    throw outputError(`${path}: is a file, expected a folder`);
  }
  if (dirname(path) !== path) makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (cause) {
    // Another worker may have made it since.
    if (isSystemError(cause) && cause.code === 'EEXIST' && isFolder(path)) return;
    throw outputError(`${path}: ${systemReason(cause)}`, { cause });
  }
}
