import { closeSync, constants, ftruncate, ftruncateSync, open, openSync, statSync } from 'node:fs';
import { Socket } from 'node:net';
import { Writable } from 'node:stream';
import { outputError } from '../../audio/errors.ts';
import type { SampleEncoding } from '../../io/sample-format.ts';
import { type FileCalls, pooledCalls } from './file-calls.ts';
import { isSystemError, systemReason } from './system-reason.ts';
import { UnfinishedFile } from './unfinished-file.ts';

/** How often a pipe that nobody reads yet is tried again, in ms. */
const RETRY = 50;

/** Where a run's bytes go. */
export interface OutputSink {
  /** For messages, such as `out.wav` or `stdout`. */
  readonly name: string;
  readonly stream: Writable;
  /** Called with each chunk that has left, which may then be used again. */
  onWritten: ((chunk: Uint8Array) => void) | null;
  /** What can be put right in what went out earlier; null where nothing can, as on a pipe. */
  readonly revision: Revision | null;
  /** Gives a file its name, once it is worth it; null where the bytes are where they belong from the start. */
  readonly keep: (() => void) | null;
  /** The file while it has not got its name; null where the bytes go to a stream, undefined where neither can be gone on with. */
  readonly unfinished?: UnfinishedFile | null | undefined;
  /** Whether `onWritten` is called; without it nobody knows what has left. */
  readonly tellsWritten?: boolean;
  /** The samples it takes where a run would write these; one without it takes any. */
  readonly samplesFor?: ((wanted: SampleEncoding) => SampleEncoding) | undefined;
  /** Frees what the sink holds, after the last patch; a file that was not kept is gone then. */
  close(): void;
}

/** A file under revision. */
export interface Revision {
  /** Bytes that the system has taken so far. */
  readonly written: () => number;
  /** Writes over bytes that went out earlier. */
  readonly patch: (position: number, bytes: Uint8Array) => Promise<void>;
  /** Cuts the file to its first `length` bytes. */
  readonly truncate: (length: number) => Promise<void>;
}

/** A sink around any writable stream. Nothing is said of what was written: the stream may still hold it. */
export function streamSink(name: string, stream: Writable): OutputSink {
  return { name, stream, onWritten: null, revision: null, keep: null, unfinished: null, close: () => {} };
}

/** Hands chunks to a socket and says when the system has taken them. */
class PipeWriter extends Writable {
  onWritten: ((chunk: Uint8Array) => void) | null = null;
  readonly #descriptor: number | string;
  #socket: Socket | null = null;

  /** On an open descriptor, or on a named pipe that is opened when somebody reads it. */
  constructor(descriptor: number | string) {
    super({ highWaterMark: 1 });
    this.#descriptor = descriptor;
    if (typeof descriptor === 'number') this.#attach(descriptor);
  }

  override _construct(done: (error?: Error | null) => void): void {
    if (typeof this.#descriptor === 'number') done();
    else this.#await(this.#descriptor, done);
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket!.write(chunk, (error) => {
      if (!error) this.onWritten?.(chunk);
      done(error);
    });
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket!.end(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket?.destroy();
    done(error);
  }

  /** Opens without blocking: a thread that waits for a reader could not be called back when a signal comes. */
  #await(path: string, done: (error?: Error | null) => void): void {
    open(path, constants.O_WRONLY | constants.O_NONBLOCK, (error, fd) => {
      if (!error) this.#attach(fd);
      if (error?.code === 'ENXIO' && !this.destroyed) setTimeout(() => this.#await(path, done), RETRY);
      else done(error?.code === 'ENXIO' ? null : error);
    });
  }

  #attach(fd: number): void {
    this.#socket = new Socket({ fd, readable: false, writable: true });
    this.#socket.on('error', (error) => this.destroy(error));
  }
}

/**
 * Writes to a file descriptor that is opened when the first byte comes, so that a failed start leaves no file. One that goes
 * on with a file cuts it to `start` bytes then, or at the end.
 */
class FileWriter extends Writable {
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

/** A sink around a writer of ours, which knows when the system has taken a chunk. */
function writerSink(
  name: string,
  stream: PipeWriter | FileWriter,
  rest: Pick<OutputSink, 'revision' | 'keep' | 'unfinished' | 'close'>,
): OutputSink {
  return {
    name,
    stream,
    tellsWritten: true,
    get onWritten() {
      return stream.onWritten;
    },
    set onWritten(written) {
      stream.onWritten = written;
    },
    ...rest,
  };
}

/** A sink on a pipe or a socket, whose reader may be slow: waits for it without stopping the process. */
export function pipeSink(name: string, fd: number): OutputSink {
  return writerSink(name, new PipeWriter(fd), {
    revision: null,
    keep: null,
    unfinished: null,
    close: () => {},
  });
}

/**
 * A sink on a descriptor that is open already, or is opened when the first byte comes; `seekable` when its first byte is
 * the file's first byte.
 */
export function descriptorSink(
  name: string,
  descriptor: number | (() => number),
  seekable: boolean,
  calls?: FileCalls,
): OutputSink {
  const writer = new FileWriter(typeof descriptor === 'number' ? () => descriptor : descriptor, null, calls);
  const revision = seekable ? writer.revision : null;
  const unfinished = seekable ? undefined : null;
  return writerSink(name, writer, { revision, keep: null, unfinished, close: () => writer.close() });
}

/** An error that names the output it is about. */
function aboutOutput(path: string, cause: unknown): unknown {
  return isSystemError(cause) ? outputError(`${path}: ${systemReason(cause)}`, { cause }) : cause;
}

function openNamed(path: string, flags: string): number {
  try {
    return openSync(path, flags);
  } catch (cause) {
    throw aboutOutput(path, cause);
  }
}

/**
 * A sink that writes to a path. A file is written under another name beside its own, made when the first byte comes,
 * and takes its name when it is kept; one that is there already stays as it is until then, and for good unless
 * `overwrite` says otherwise. A named pipe waits for its reader; a device takes the bytes as they come.
 */
export function fileSink(path: string, { overwrite = true } = {}): OutputSink {
  const there = statSync(path, { throwIfNoEntry: false });
  if (there?.isFIFO()) {
    return writerSink(path, new PipeWriter(path), {
      revision: null,
      keep: null,
      unfinished: null,
      close: () => {},
    });
  }
  if (there !== undefined && !there.isFile()) {
    const writer = new FileWriter(() => openNamed(path, 'w'));
    return writerSink(path, writer, {
      revision: null,
      keep: null,
      unfinished: null,
      close: () => writer.close(),
    });
  }
  return namedFileSink(path, new UnfinishedFile(path, there?.mode), overwrite, null);
}

/** A sink that goes on with the unfinished file of another run, of which the first `bytes` bytes count. */
export function resumedFileSink(
  path: string,
  part: string,
  bytes: number,
  { overwrite = true } = {},
): OutputSink {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode;
  return namedFileSink(path, UnfinishedFile.leftAt(part, path, mode), overwrite, bytes);
}

function namedFileSink(
  path: string,
  file: UnfinishedFile,
  overwrite: boolean,
  start: number | null,
): OutputSink {
  const guarded = (step: () => number): number => {
    try {
      return step();
    } catch (cause) {
      throw aboutOutput(path, cause);
    }
  };
  const writer = new FileWriter(() => guarded(() => file.open()), start);
  return writerSink(path, writer, {
    revision: writer.revision,
    unfinished: file,
    keep: () => {
      guarded(() => {
        file.keep(overwrite);
        return 0;
      });
    },
    close: () => {
      writer.close();
      file.discard();
    },
  });
}
