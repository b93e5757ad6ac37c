import { constants, open } from 'node:fs';
import { Socket } from 'node:net';
import { Writable } from 'node:stream';

/** How often a pipe that nobody reads yet is tried again, in ms. */
const RETRY = 50;

/** Hands chunks to a socket and says when the system has taken them. */
export class PipeWriter extends Writable {
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
