import { closeSync, fstatSync, openSync, readFileSync, type Stats, statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { isatty } from 'node:tty';
import { inputError, outputError, usageError } from '../audio/errors.ts';
import { codecInput } from '../engine/codec-input.ts';
import { ffmpegSink } from '../engine/ffmpeg-process.ts';
import { descriptorSink, fileSink, type OutputSink, pipeSink } from '../engine/output-sink.ts';
import { rotatingReader } from '../engine/rotating-reader.ts';
import { systemReason } from '../engine/system-reason.ts';

/** Bit of O_APPEND in the flags that Linux shows in fdinfo, in octal (asm-generic/fcntl.h). */
const LINUX_O_APPEND = 0o2000;

/** An input and what messages call it. */
export interface NamedInput {
  readonly name: string;
  readonly stream: Readable;
}

const isStandard = (path: string | undefined): path is '-' | undefined => path === undefined || path === '-';

/** Opens the input: a file, or stdin for `-` or nothing. */
export function openInput(path: string | undefined): NamedInput {
  if (!isStandard(path)) {
    try {
      return { name: path, stream: fileReader(path) };
    } catch (cause) {
      throw inputError(`${path}: ${systemReason(cause)}`, { cause });
    }
  }
  if (isatty(0)) {
    throw usageError(
      'stdin is a terminal: name a file, or pipe audio in, as in "cat in.wav | auralis-stream mastering > out.wav"',
    );
  }
  return { name: 'stdin', stream: readerOf(0) };
}

/** A file as it is, or what is in it where it holds another codec. */
function fileReader(path: string): Readable {
  const fd = openSync(path, 'r');
  const decoded = fstatSync(fd).isFile() ? codecInput(path, fd) : null;
  if (decoded === null) return readerOf(fd);
  closeSync(fd);
  return decoded;
}

function readerOf(fd: number): Readable {
  const stats = fstatSync(fd);
  return rotatingReader(fd, stats.isFIFO() || stats.isSocket() ? 'pipe' : 'file');
}

/** Opens the output: a file, or stdout for `-` or nothing. An existing file needs `force`. */
export function openOutput(path: string | undefined, force: boolean, input: string | undefined): OutputSink {
  if (isStandard(path)) return standardOutput();
  const there = statOf(path);
  if (there && sameFile(there, isStandard(input) ? fstatSync(0) : statSync(input))) {
    throw usageError(`${path}: is the input, choose another output`);
  }
  if (there?.isFile() && !force) throw usageError(`${path}: exists, add --force to write over it`);
  return ffmpegSink(path) ?? fileSink(path);
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (cause) {
    throw outputError(`${path}: ${systemReason(cause)}`, { cause });
  }
}

const sameFile = (a: Stats, b: Stats): boolean => a.isFile() && a.ino === b.ino && a.dev === b.dev;

/** A sink on stdout, whatever it is. */
export function standardOutput(): OutputSink {
  if (isatty(1)) {
    throw usageError(
      'stdout is a terminal: name a file, or redirect the audio, as in "> out.wav" or "| aplay"',
    );
  }
  const stats = fstatSync(1);
  // Not process.stdout: its end can't be waited for. The system's flags of a pipe are put back by node when it ends.
  if (stats.isFIFO() || stats.isSocket()) return pipeSink('stdout', 1);
  return descriptorSink('stdout', 1, stats.isFile() && stats.size === 0 && !appends(1));
}

/** Whether a descriptor writes to the end of its file, wherever it is told to write. Known on Linux only, where it matters. */
function appends(fd: number): boolean {
  if (process.platform !== 'linux') return false;
  const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1] ?? '0';
  return (Number.parseInt(flags, 8) & LINUX_O_APPEND) !== 0;
}
