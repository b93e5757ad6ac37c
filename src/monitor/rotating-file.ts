import { closeSync, fstatSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';

export interface RotatingFileOptions {
  /** A file is closed before it would grow beyond this. */
  readonly maxBytes: number;
  /** How many older files stay beside the one that is written: `FILE.1` is the latest of them. */
  readonly keep: number;
}

/**
 * Lines in a file that goes on for years in bounded space: when it is full, FILE becomes FILE.1, FILE.1 becomes FILE.2, and
 * the oldest goes. A file that is there is gone on with. Every line is on its way to the disk when `write` returns.
 */
export class RotatingFile {
  readonly #path: string;
  readonly #options: RotatingFileOptions;
  #file: number;
  #bytes: number;

  /** Throws what the system says when the file can't be opened. */
  constructor(path: string, options: RotatingFileOptions) {
    this.#path = path;
    this.#options = options;
    this.#file = openSync(path, 'a');
    this.#bytes = fstatSync(this.#file).size;
  }

  /** Throws what the system says when it can't be written. */
  write(line: string): void {
    const bytes = Buffer.from(line);
    if (this.#bytes > 0 && this.#bytes + bytes.length > this.#options.maxBytes) this.#rotate();
    writeSync(this.#file, bytes);
    this.#bytes += bytes.length;
  }

  close(): void {
    closeSync(this.#file);
  }

  #rotate(): void {
    const { keep } = this.#options;
    const name = (age: number): string => (age === 0 ? this.#path : `${this.#path}.${age}`);
    closeSync(this.#file);
    rmSync(name(keep), { force: true });
    for (let age = keep - 1; age >= 0; age--) {
      try {
        renameSync(name(age), name(age + 1));
      } catch {
        // There are not so many yet.
      }
    }
    this.#file = openSync(this.#path, 'a');
    this.#bytes = fstatSync(this.#file).size;
  }
}
