import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  linkSync,
  openSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  unlinkSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { isSystemError } from './system-reason.ts';

/** Of file systems without hard links. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

/** The file it will be, the processes among which its own has its id, that id, and chance. */
const PART_NAME = /^\.auralis-stream-([0-9a-f]{12})-([0-9a-f]{8})-(\d+)-[0-9a-f]{12}\.part$/;

const digest = (text: string, length: number): string =>
  createHash('sha256').update(text).digest('hex').slice(0, length);

/** A file's name as its parts have it. */
const keyOf = (path: string): string => digest(basename(path), 12);

/** This machine, and on Linux this namespace: elsewhere a process id says nothing, as on a disk that containers share. */
function neighbourhood(): string {
  const namespace = process.platform === 'linux' ? readlinkSync('/proc/self/ns/pid') : '';
  return digest(`${hostname()} ${namespace}`, 8);
}

/** Whether there is a process with that id; one that may not be asked is there. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return !isSystemError(error) || error.code !== 'ESRCH';
  }
}

/**
 * Removes unfinished files in `folder` whose process was killed; with `path`, those that would have become that file.
 * One of a process that lives, or can't be seen from here, stays.
 */
export function removeStaleParts(folder: string, path?: string): void {
  const here = neighbourhood();
  for (const name of readdirSync(folder)) {
    const [, key, place, pid] = PART_NAME.exec(name) ?? [];
    if (place !== here || (path !== undefined && key !== keyOf(path)) || isAlive(Number(pid))) continue;
    rmSync(join(folder, name), { force: true });
  }
}

/** Files that are not kept yet. */
const open = new Set<UnfinishedFile>();

/** The one listener for all of them: Node warns of more than ten. */
const discardOpen = (): void => {
  for (const file of open) file.discard();
};

/** A file that is written beside its place, under a hidden name that ends in `.part`, and moved there when complete. */
export class UnfinishedFile {
  readonly #path: string;
  readonly #mode: number | undefined;
  #part: string | null = null;
  #stays = false;

  /** `mode` is that of the file which is there already, if any. */
  constructor(path: string, mode: number | undefined) {
    // What a link points to is written over, not the link.
    this.#path = mode === undefined ? path : realpathSync(path);
    this.#mode = mode;
  }

  /** The file that another run has left, to be gone on with; it may stand in its place already. */
  static leftAt(part: string, path: string, mode: number | undefined): UnfinishedFile {
    const file = new UnfinishedFile(path, mode);
    file.#part = part;
    file.#stays = true;
    return file;
  }

  /** Says that it stays as it is where it is not kept, because a later run can go on with it. */
  leave(): void {
    this.#stays = true;
  }

  /** Where it is until it is kept; null before it is made and after it is kept. */
  get part(): string | null {
    return this.#part;
  }

  /** Takes its process's id out of its name, because others may go on with it, and says where it is then. */
  disown(): string | null {
    if (this.#part === null || !PART_NAME.test(basename(this.#part))) return this.#part;
    const part = join(dirname(this.#part), `.auralis-stream-${randomBytes(6).toString('hex')}.part`);
    renameSync(this.#part, part);
    this.#part = part;
    return part;
  }

  /**
   * Makes the file, where it is not there yet, and gives its descriptor, to be closed by the caller; removes what a killed run
   * left of it.
   */
  open(): number {
    if (this.#part !== null) return openSync(this.#part, 'r+');
    const folder = dirname(this.#path);
    try {
      removeStaleParts(folder, this.#path);
    } catch {
      // A folder that may be written to and not read, or a file of somebody else: neither is in the way.
    }
    const chance = randomBytes(6).toString('hex');
    const owner = `${neighbourhood()}-${process.pid}`;
    const part = join(folder, `.auralis-stream-${keyOf(this.#path)}-${owner}-${chance}.part`);
    const fd = openSync(part, 'wx');
    this.#part = part;
    if (open.size === 0) process.on('exit', discardOpen);
    open.add(this);
    if (this.#mode !== undefined) chmodSync(part, this.#mode & 0o777);
    return fd;
  }

  /** Moves the file to its place; what came to be there since is written over only if `overwrite` says so. */
  keep(overwrite: boolean): void {
    if (this.#part === null) return;
    if (overwrite || this.#part === this.#path) renameSync(this.#part, this.#path);
    else if (!this.#linked(this.#part)) renameSync(this.#part, this.#path);
    this.#forget();
  }

  /** Removes what was not kept and is not to stay. */
  discard(): void {
    if (this.#part === null) return;
    const part = this.#part;
    this.#forget();
    if (!this.#stays) unlinkSync(part);
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
    open.delete(this);
    if (open.size === 0) process.off('exit', discardOpen);
  }
}
