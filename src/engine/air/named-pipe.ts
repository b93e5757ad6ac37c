import { closeSync, constants, openSync, readSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { rotatingReader } from '../files/rotating-reader.ts';
import { isSystemError } from '../files/system-reason.ts';
import type { ProgrammeSource } from './air-input.ts';

/** How often a pipe that nobody writes to is looked at, in ms. */
const RETRY = 20;
const FIRST_BYTES = 4096;

/** What a pipe says when it is asked: bytes, none because nobody writes to it, or null: none yet. */
function firstBytes(fd: number): Buffer | null {
  const bytes = Buffer.alloc(FIRST_BYTES);
  try {
    return bytes.subarray(0, readSync(fd, bytes));
  } catch (error) {
    if (isSystemError(error) && error.code === 'EAGAIN') return null;
    throw error;
  }
}

/** Opens a named pipe without waiting in a thread that could not be called back, and waits for a writer. */
async function connect(path: string, readBytes: number, signal: AbortSignal): Promise<Readable> {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    for (;;) {
      const first = firstBytes(fd);
      if (first?.length !== 0) {
        const stream = rotatingReader(fd, 'pipe', { readBytes });
        if (first !== null) stream.unshift(first);
        return stream;
      }
      await pause(RETRY, undefined, { signal });
    }
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** A named pipe, from one writer to the next. */
export function namedPipe(path: string, readBytes: number): ProgrammeSource {
  return { name: path, connect: (signal) => connect(path, readBytes, signal), reconnects: true };
}
