import { randomBytes } from 'node:crypto';
import { chmodSync, linkSync, openSync, realpathSync, renameSync, unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isSystemError } from './system-reason.ts';

/** Of file systems without hard links. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

/** Whether a file's name is one that an unfinished file has. */
export const isPartName = (name: string): boolean => /^\.auralis-stream-[0-9a-f]{12}\.part$/.test(name);

/** A file that is written beside its place, under a hidden name that ends in `.part`, and moved there when complete. */
export class UnfinishedFile {
  readonly #path: string;
  readonly #mode: number | undefined;
  #part: string | null = null;

  /** `mode` is that of the file which is there already, if any. */
  constructor(path: string, mode: number | undefined) {
    // What a link points to is written over, not the link.
    this.#path = mode === undefined ? path : realpathSync(path);
    this.#mode = mode;
  }

  /** Where it is until it is kept; null before it is made and after it is kept. */
  get part(): string | null {
    return this.#part;
  }

  /** Makes the file and gives its descriptor, to be closed by the caller. */
  open(): number {
    const part = join(dirname(this.#path), `.auralis-stream-${randomBytes(6).toString('hex')}.part`);
    const fd = openSync(part, 'wx');
    this.#part = part;
    process.on('exit', this.#discardAtExit);
    if (this.#mode !== undefined) chmodSync(part, this.#mode & 0o777);
    return fd;
  }

  /** Moves the file to its place; what came to be there since is written over only if `overwrite` says so. */
  keep(overwrite: boolean): void {
    if (this.#part === null) return;
    if (overwrite) renameSync(this.#part, this.#path);
    else if (!this.#linked(this.#part)) renameSync(this.#part, this.#path);
    this.#forget();
  }

  /** Removes what was not kept. */
  discard(): void {
    if (this.#part === null) return;
    const part = this.#part;
    this.#forget();
    unlinkSync(part);
  }

  /** A link fails where a file is, a move does not. */
  #linked(part: string): boolean {
    try {
      linkSync(part, this.#path);
    } catch (error) {
      if (isSystemError(error) && NO_LINKS.includes(error.code ?? '')) return false;
      throw error;
    }
    unlinkSync(part);
    return true;
  }

  #forget(): void {
    this.#part = null;
    process.off('exit', this.#discardAtExit);
  }

  readonly #discardAtExit = (): void => this.discard();
}
