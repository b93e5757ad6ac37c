import { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { type FileCalls, pooledCalls } from './file-calls.ts';

/** Bytes asked of the system at once: few, large reads. A pipe gives what it holds, 64 KiB on Linux. */
const READ_BYTES = 128 * 1024;
/** The same where little delay counts for more: 2 to 21 ms of what is usual, and a page of a pipe. */
export const LIVE_READ_BYTES = 4096;

/**
 * Buffers in rotation: one is processed, one waits in the stream, one is read into, one is to spare. This holds because
 * the readers below keep one chunk at most (a high-water mark of one byte) and `pipe` hands over the next only when
 * the one before is used up. It keeps the memory of a run that lasts for days as flat as that of a short one.
 */
export class Rotation {
  readonly #buffers: readonly Buffer[];
  #turn = 0;

  /** `bytes` of each. */
  constructor(bytes: number) {
    this.#buffers = Array.from({ length: 4 }, () => Buffer.allocUnsafeSlow(bytes));
  }

  /** The one that has rested longest. */
  next(): Buffer {
    this.#turn = (this.#turn + 1) % this.#buffers.length;
    return this.#buffers[this.#turn];
  }
}

/** Parts into which a stall is divided: time in which the process itself was stopped counts for one of them at most. */
const STALL_TICKS = 10;

/** Watches how long a wanted chunk keeps one waiting. */
class StallWatch {
  readonly #tick: number;
  readonly #onStall: () => void;
  #timer: NodeJS.Timeout | undefined;
  #ticks = 0;

  /** `timeout` in ms; Infinity waits for ever. */
  constructor(timeout: number, onStall: () => void) {
    this.#tick = timeout / STALL_TICKS;
    this.#onStall = onStall;
  }

  /** A chunk is wanted from now on. */
  begin(): void {
    if (this.#timer !== undefined || !Number.isFinite(this.#tick)) return;
    this.#ticks = 0;
    this.#timer = setInterval(() => {
      if (++this.#ticks < STALL_TICKS) return;
      this.end();
      this.#onStall();
    }, this.#tick);
  }

  /** It has come, or is wanted no more. */
  end(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

/** Reads a file or a device from where it stands. */
class FileReader extends Readable {
  readonly #rotation: Rotation;
  readonly #fd: number;
  readonly #calls: FileCalls;

  constructor(fd: number, { readBytes, calls }: ReaderOptions) {
    super({ highWaterMark: 1 });
    this.#rotation = new Rotation(readBytes);
    this.#fd = fd;
    this.#calls = calls;
  }

  override _read(): void {
    const buffer = this.#rotation.next();
    this.#calls.read(this.#fd, buffer, (error, bytes) => {
      if (error) this.destroy(error);
      else this.push(bytes > 0 ? buffer.subarray(0, bytes) : null);
    });
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    // Descriptors 0 to 2 belong to the process.
    if (this.#fd > 2) this.#calls.close(this.#fd, (failure) => done(error ?? failure));
    else done(error);
  }
}

/** Reads a pipe or a socket, which may keep one waiting, without holding a thread. */
class PipeReader extends Readable {
  readonly #socket: Socket;
  readonly #stall: StallWatch;

  constructor(fd: number, { timeout, onStall, readBytes }: ReaderOptions) {
    super({ highWaterMark: 1 });
    this.#stall = new StallWatch(timeout, () => {
      onStall();
      this.#socket.destroy();
      this.push(null);
    });
    const rotation = new Rotation(readBytes);
    const onread = {
      buffer: () => rotation.next(),
      callback: (bytes: number, buffer: Uint8Array) => {
        this.#stall.end();
        return this.push(buffer.subarray(0, bytes));
      },
    };
    // Node takes `onread` with a descriptor too; its types know it for `connect` only.
    this.#socket = new Socket({ fd, readable: true, writable: false, onread } as object);
    this.#socket.on('end', () => {
      this.#stall.end();
      this.push(null);
    });
    this.#socket.on('error', (error) => this.destroy(error));
  }

  override _read(): void {
    this.#stall.begin();
    this.#socket.resume();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#stall.end();
    this.#socket.destroy();
    done(error);
  }
}

/** How a descriptor is read. */
export interface ReaderOptions {
  /** How long a pipe may give nothing while something is wanted of it, in ms; its stream then ends. */
  readonly timeout: number;
  readonly onStall: () => void;
  /** Most bytes of a chunk. */
  readonly readBytes: number;
  /** How a file is read. */
  readonly calls: FileCalls;
}

/** Waits for ever, and reads much at once. */
const PATIENT: ReaderOptions = {
  timeout: Number.POSITIVE_INFINITY,
  onStall: () => {},
  readBytes: READ_BYTES,
  calls: pooledCalls,
};

/** A stream on an open descriptor whose chunks must be used up before the next one is asked for, as `pipe` does. */
export function rotatingReader(
  fd: number,
  kind: 'file' | 'pipe',
  options: Partial<ReaderOptions> = {},
): Readable {
  const all = { ...PATIENT, ...options };
  return kind === 'pipe' ? new PipeReader(fd, all) : new FileReader(fd, all);
}
