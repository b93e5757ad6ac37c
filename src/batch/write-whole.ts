import { closeSync, statSync, writeFileSync } from 'node:fs';
import { outputError } from '../audio/errors.ts';
import { systemReason } from '../engine/files/system-reason.ts';
import { UnfinishedFile } from '../engine/files/unfinished-file.ts';
import { requireRegular } from './require-regular.ts';

/** Writes a text file that is there whole or as it was before, whatever happens meanwhile. */
export function writeWhole(path: string, text: string): void {
  requireRegular(path, outputError);
  const file = new UnfinishedFile(path, statSync(path, { throwIfNoEntry: false })?.mode);
  try {
    const fd = file.open();
    try {
      writeFileSync(fd, text);
    } finally {
      closeSync(fd);
    }
    file.keep(true);
  } catch (cause) {
    throw outputError(`${path}: ${systemReason(cause)}`, { cause });
  } finally {
    file.discard();
  }
}
