import { createWriteStream, type WriteStream } from 'node:fs';
import { Writable } from 'node:stream';

/**
 * Lines for a file that is opened when the first of them comes, or at the end of a log without any: until then what stood there
 * stays. An error is what the system says.
 */
export class LogWriter extends Writable {
  readonly #path: string;
  readonly #flags: 'w' | 'wx';
  #file: WriteStream | null = null;

  /** `overwrite` says whether a file may be written over. */
  constructor(path: string, overwrite: boolean) {
    super();
    this.#path = path;
    this.#flags = overwrite ? 'w' : 'wx';
  }

  #open(): WriteStream {
    if (this.#file === null) {
      this.#file = createWriteStream(this.#path, { flags: this.#flags });
      // Whoever waits for a line to be written is told.
      this.#file.on('error', () => {});
    }
    return this.#file;
  }

  override _write(line: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#open().write(line, done);
  }

  override _writev(lines: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#open().write(Buffer.concat(lines.map(({ chunk }) => chunk)), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#open().end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#file?.destroy();
    done(error);
  }
}
