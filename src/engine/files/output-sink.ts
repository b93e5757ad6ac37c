import { openSync, statSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { outputError } from '../../audio/errors.ts';
import type { SampleEncoding } from '../../io/sample-format.ts';
import type { FileCalls } from './file-calls.ts';
import { FileWriter, type Revision } from './file-writer.ts';
import { PipeWriter } from './pipe-writer.ts';
import { isSystemError, systemReason } from './system-reason.ts';
import { UnfinishedFile } from './unfinished-file.ts';

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

/** A sink around any writable stream. Nothing is said of what was written: the stream may still hold it. */
export function streamSink(name: string, stream: Writable): OutputSink {
  return { name, stream, onWritten: null, revision: null, keep: null, unfinished: null, close: () => {} };
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
