import { fstatSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { usageError } from '../audio/errors.ts';

/** Files that a run reads and writes; what it writes beside the audio has to be another one each time. */
export class FilesInUse {
  readonly #paths: string[];

  constructor(paths: Iterable<string>) {
    this.#paths = [...paths];
  }

  /** Takes a file for an option; refuses stdout and one that is taken, by whatever name. Pipes and devices may be shared. */
  claim(option: string, target: string): void {
    const there = statSync(target, { throwIfNoEntry: false });
    const stdout = fstatSync(1);
    const isStdout = there?.ino === stdout.ino && there.dev === stdout.dev && !there.isCharacterDevice();
    if (isStdout || target === '-')
      throw usageError(`${option} ${target}: is stdout, which is audio; choose a file or fd:2 and up`);
    if (there !== undefined && !there.isFile()) return;
    const isOwn = (path: string): boolean => {
      const other = statSync(path, { throwIfNoEntry: false });
      const same = other !== undefined && other.ino === there?.ino && other.dev === there.dev;
      return same || resolve(path) === resolve(target);
    };
    if (this.#paths.some(isOwn)) {
      throw usageError(`${option} ${target}: is another file of this run, choose a new name`);
    }
    this.#paths.push(target);
  }
}
