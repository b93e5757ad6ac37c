import { close, closeSync, read, readSync, write, writeSync } from 'node:fs';

/** Called with the bytes that the system gave or took; 0 beside an error. */
type Transferred = (error: Error | null, bytes: number) => void;

/** How bytes are moved between this process and an open file. None of it calls back before it has returned. */
export interface FileCalls {
  /** Fills what it can of `buffer` from where the file stands; 0 bytes are its end. */
  read(fd: number, buffer: Uint8Array, done: Transferred): void;
  /** Writes what the system takes at `position`, or where the file stands for null. */
  write(fd: number, bytes: Uint8Array, position: number | null, done: Transferred): void;
  close(fd: number, done: (error: Error | null) => void): void;
}

/** By the threads that Node keeps for files: this one goes on with other things meanwhile. */
export const pooledCalls: FileCalls = {
  read: (fd, buffer, done) => read(fd, buffer, 0, buffer.length, null, done),
  write: (fd, bytes, position, done) => write(fd, bytes, 0, bytes.length, position, done),
  close: (fd, done) => close(fd, done),
};

/**
 * By this thread itself, where it has nothing else to do meanwhile: a file in the system's cache costs less than the way to
 * another thread and back. Each call has a turn of the event loop, so that messages are heard between them.
 */
export const directCalls: FileCalls = {
  read: (fd, buffer, done) => inTurn(() => readSync(fd, buffer), done),
  write: (fd, bytes, position, done) => inTurn(() => writeSync(fd, bytes, 0, bytes.length, position), done),
  close(fd, done) {
    inTurn(() => {
      closeSync(fd);
      return 0;
    }, done);
  },
};

function inTurn(call: () => number, done: Transferred): void {
  setImmediate(() => {
    let bytes: number;
    try {
      bytes = call();
    } catch (error) {
      done(error as Error, 0);
      return;
    }
    done(null, bytes);
  });
}
