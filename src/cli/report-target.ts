import {
  accessSync,
  constants,
  createWriteStream,
  existsSync,
  fstatSync,
  lstatSync,
  openSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { Writable } from 'node:stream';
import { outputError, usageError } from '../audio/errors.ts';
import { LogWriter } from '../engine/files/log-writer.ts';
import { systemReason } from '../engine/files/system-reason.ts';
import { writeWhole } from '../engine/files/write-whole.ts';
import { isInternal } from './descriptor.ts';
import type { FilesInUse } from './files-in-use.ts';

/** What a report goes to, and whose it is. */
interface Target {
  readonly option: string;
  readonly target: string;
  /** Writes over a file that is there. */
  readonly force: boolean;
  readonly files: FilesInUse;
}

/**
 * Opens a log that an option names: a file, or `fd:N` for a descriptor that the caller has opened. A file that is there needs
 * `force`, and stays as it is until the first line comes.
 */
export function openLog(where: Target): Writable {
  const { target, force } = where;
  const opened = openNow(where, () => (existsSync(target) ? target : dirname(target)));
  if (opened !== null) return opened;
  // A link that leads nowhere yet can't be asked for as new.
  const isLink = lstatSync(target, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
  return new LogWriter(target, force || isLink);
}

/** Opens a document in the same way; as a file it is there whole, once it has been ended, or as it was before. */
export function openDocument(where: Target): Writable {
  const { target } = where;
  const opened = openNow(where, () => dirname(existsSync(target) ? realpathSync(target) : target));
  return opened ?? new WholeDocument(target);
}

/** Keeps what comes, and writes it at the end. */
class WholeDocument extends Writable {
  readonly #path: string;
  readonly #pieces: Buffer[] = [];

  constructor(path: string) {
    super();
    this.#path = path;
  }

  override _write(piece: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#pieces.push(piece);
    done();
  }

  override _final(done: (error?: Error | null) => void): void {
    try {
      writeWhole(this.#path, Buffer.concat(this.#pieces));
      done();
    } catch (error) {
      // What the system said: who tells it names the file.
      done((error as Error & { readonly cause: Error }).cause);
    }
  }
}

/** A stream on what is open already, or is no file and waits for its reader; null for a file, where `writtenTo` can be written to. */
function openNow({ option, target, force, files }: Target, writtenTo: () => string): Writable | null {
  const descriptor = /^fd:(.*)$/.exec(target)?.[1];
  try {
    if (descriptor === undefined) {
      files.claim(option, target);
      const there = statSync(target, { throwIfNoEntry: false });
      if (there?.isFile() && !force) {
        throw usageError(`${option} ${target}: exists, add --force to write over it`);
      }
      if (there !== undefined && !there.isFile()) return createWriteStream('', { fd: openSync(target, 'w') });
      accessSync(writtenTo(), constants.W_OK);
      return null;
    }
    const fd = Number(descriptor);
    if (!/^\d{1,9}$/.test(descriptor) || fd < 2) {
      throw usageError(`${option} ${target}: expected a file, or a descriptor from fd:2 up; stdout is audio`);
    }
    fstatSync(fd);
    if (isInternal(fd)) throw outputError(`${option} ${target}: bad file descriptor`);
    return createWriteStream('', { fd, autoClose: fd > 2 });
  } catch (cause) {
    if (cause instanceof Error && 'errno' in cause) {
      throw outputError(`${option} ${target}: ${systemReason(cause)}`, { cause });
    }
    throw cause;
  }
}
