import { closeSync, statSync, writeFileSync } from 'node:fs';
import { outputError } from '../../audio/errors.ts';
import { systemReason } from './system-reason.ts';
import { UnfinishedFile } from './unfinished-file.ts';

/** Writes a file that is there whole or as it was before, whatever happens meanwhile; a pipe or a device takes the bytes as they come. */
export function writeWhole(path: string, content: string | Uint8Array): void {
  let file: UnfinishedFile | undefined;
  try {
    const there = statSync(path, { throwIfNoEntry: false });
    if (there !== undefined && !there.isFile()) {
      writeFileSync(path, content);
      return;
    }
    file = new UnfinishedFile(path, there?.mode);
    const fd = file.open();
    try {
      writeFileSync(fd, content);
    } finally {
      closeSync(fd);
    }
    file.keep(true);
  } catch (cause) {
    throw outputError(`${path}: ${systemReason(cause)}`, { cause });
  } finally {
    file?.discard();
  }
}
