import { closeSync, ftruncate, ftruncateSync } from 'node:fs';
import { Writable } from 'node:stream';
import { type FileCalls, pooledCalls } from './file-calls.ts';

/** A file under revision. */
export interface Revision {
  /** Bytes that the system has taken so far. */
  readonly written: () => number;
  /** Writes over bytes that went out earlier. */
  readonly patch: (position: number, bytes: Uint8Array) => Promise<void>;
  /** Cuts the file to its first `length` bytes. */
  readonly truncate: (length: number) => Promise<void>;
}

/**
 * Writes to a file descriptor that is opened when the first byte comes, so that a failed start leaves no file. One that goes
 * on with a file cuts it to `start` bytes then, or at the end.
 */
export class FileWriter extends Writable {
  onWritten: ((chunk: Uint8Array) => void) | null = null;
  readonly #open: () => number;
  readonly #start: number | null;
  readonly #calls: FileCalls;
  #fd: number | null = null;
  #bytes: number;
  #writing = false;
  #closed = false;

  constructor(open: () => number, start: number | null = null, calls = pooledCalls) {
    super({ highWaterMark: 1 << 19 });
    this.#open = open;
    this.#start = start;
    this.#calls = calls;
    this.#bytes = start ?? 0;
  }

  #begin(): number {
    const fd = this.#open();
    if (this.#start !== null) ftruncateSync(fd, this.#start);
    return fd;
  }

  override _final(done: (error?: Error | null) => void): void {
    try {
      if (this.#start !== null) this.#fd ??= this.#begin();
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    try {
      this.#fd ??= this.#begin();
    } catch (error) {
      done(error as Error);
      return;
    }
    const counted = (bytes: number): void => {
      this.#bytes += bytes;
    };
    // Where a pipe or the shell's own place in a file may stand, no position is given.
    this.#writeAll(this.#fd, chunk, this.#start === null ? null : this.#bytes, counted, (error) => {
      if (!error) this.onWritten?.(chunk);
      done(error);
    });
  }

  readonly revision: Revision = {
    written: () => this.#bytes,
    patch: (position, bytes) =>
      this.#revise((fd, done) => this.#writeAll(fd, bytes, position, () => {}, done)),
    truncate: (length) => this.#revise((fd, done) => ftruncate(fd, length, done)),
  };

  /** Lets go of the file, once a call that is under way has returned: by then another file might be behind its descriptor. */
  close(): void {
    this.#closed = true;
    if (!this.#writing) this.#release();
  }

  #release(): void {
    // Descriptors 0 to 2 belong to the process.
    if (this.#fd !== null && this.#fd > 2) closeSync(this.#fd);
    this.#fd = null;
  }

  #revise(change: (fd: number, done: (error?: Error | null) => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#fd === null) resolve();
      else change(this.#fd, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Writes all of `bytes`, however little the system takes at once; at `position`, or where the file stands. */
  #writeAll(
    fd: number,
    bytes: Uint8Array,
    position: number | null,
    counted: (bytes: number) => void,
    done: (error?: Error | null) => void,
  ): void {
    this.#writing = true;
    this.#calls.write(fd, bytes, position, (error, written) => {
      this.#writing = false;
      if (!error) counted(written);
      if (this.#closed) this.#release();
      if (this.#closed || error || written === bytes.length) done(error);
      else {
        const next = position === null ? null : position + written;
        this.#writeAll(fd, bytes.subarray(written), next, counted, done);
      }
    });
  }
}
