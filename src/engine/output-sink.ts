import { closeSync, openSync, write } from 'node:fs';
import { Socket } from 'node:net';
import { Writable } from 'node:stream';
import { outputError } from '../audio/errors.ts';
import type { SampleEncoding } from '../io/sample-format.ts';
import { systemReason } from './system-reason.ts';

/** Where a run's bytes go. */
export interface OutputSink {
  /** For messages, such as `out.wav` or `stdout`. */
  readonly name: string;
  readonly stream: Writable;
  /** Called with each chunk that has left, which may then be used again. */
  onWritten: ((chunk: Uint8Array) => void) | null;
  /** Writes over bytes that went out earlier; null where that can't be done, as on a pipe. */
  readonly patch: ((position: number, bytes: Uint8Array) => Promise<void>) | null;
  /** The samples it takes where a run would write these; one without it takes any. */
  readonly samplesFor?: (wanted: SampleEncoding) => SampleEncoding;
  /** Frees what the sink holds, after the last patch. */
  close(): void;
}

/** A sink around any writable stream. Nothing is said of what was written: the stream may still hold it. */
export function streamSink(name: string, stream: Writable): OutputSink {
  return { name, stream, onWritten: null, patch: null, close: () => {} };
}

/** Hands chunks to a socket and says when the system has taken them. */
class PipeWriter extends Writable {
  onWritten: ((chunk: Uint8Array) => void) | null = null;
  readonly #socket: Socket;

  constructor(fd: number) {
    super({ highWaterMark: 1 });
    this.#socket = new Socket({ fd, readable: false, writable: true });
    this.#socket.on('error', (error) => this.destroy(error));
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, (error) => {
      if (!error) this.onWritten?.(chunk);
      done(error);
    });
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}

/** A sink on a pipe or a socket, whose reader may be slow: waits for it without stopping the process. */
export function pipeSink(name: string, fd: number): OutputSink {
  const stream = new PipeWriter(fd);
  return {
    name,
    stream,
    get onWritten() {
      return stream.onWritten;
    },
    set onWritten(written) {
      stream.onWritten = written;
    },
    patch: null,
    close: () => {},
  };
}

/** Writes to a file descriptor that is opened when the first byte comes, so that a failed start leaves no file. */
class FileWriter extends Writable {
  onWritten: ((chunk: Uint8Array) => void) | null = null;
  readonly #open: () => number;
  #fd: number | null = null;

  constructor(open: () => number) {
    super({ highWaterMark: 1 << 19 });
    this.#open = open;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    try {
      this.#fd ??= this.#open();
    } catch (error) {
      done(error as Error);
      return;
    }
    writeAll(this.#fd, chunk, null, (error) => {
      if (!error) this.onWritten?.(chunk);
      done(error);
    });
  }

  patch(position: number, bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#fd === null) resolve();
      else writeAll(this.#fd, bytes, position, (error) => (error ? reject(error) : resolve()));
    });
  }

  close(): void {
    // Descriptors 0 to 2 belong to the process.
    if (this.#fd !== null && this.#fd > 2) closeSync(this.#fd);
    this.#fd = null;
  }
}

/** Writes all of `bytes`, however little the system takes at once; at `position`, or where the file stands. */
function writeAll(
  fd: number,
  bytes: Uint8Array,
  position: number | null,
  done: (error?: Error | null) => void,
): void {
  write(fd, bytes, 0, bytes.length, position, (error, written) => {
    if (error || written === bytes.length) done(error);
    else writeAll(fd, bytes.subarray(written), position === null ? null : position + written, done);
  });
}

function writerSink(name: string, seekable: boolean, open: () => number): OutputSink {
  const stream = new FileWriter(open);
  return {
    name,
    stream,
    get onWritten() {
      return stream.onWritten;
    },
    set onWritten(written) {
      stream.onWritten = written;
    },
    patch: seekable ? (position, bytes) => stream.patch(position, bytes) : null,
    close: () => stream.close(),
  };
}

/** A sink that writes a file, which is created, or emptied, when the first byte comes. */
export function fileSink(path: string): OutputSink {
  return writerSink(path, true, () => {
    try {
      return openSync(path, 'w');
    } catch (cause) {
      throw outputError(`${path}: ${systemReason(cause)}`, { cause });
    }
  });
}

/** A sink on a descriptor that is open already; `seekable` when its first byte is the file's first byte. */
export function descriptorSink(name: string, fd: number, seekable: boolean): OutputSink {
  return writerSink(name, seekable, () => fd);
}
