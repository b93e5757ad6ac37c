import { fstatSync, openSync, readFileSync, type Stats, statSync } from 'node:fs';
import { isatty } from 'node:tty';
import { inputError, outputError, usageError } from '../audio/errors.ts';
import type { Checkpoint } from '../engine/checkpoint/checkpoint.ts';
import { resumedOutput } from '../engine/checkpoint/resumed-output.ts';
import { codecInput } from '../engine/files/codec-input.ts';
import { ffmpegSink, isEncoded } from '../engine/files/ffmpeg-process.ts';
import { fileMetadata } from '../engine/files/file-metadata.ts';
import { descriptorSink, fileSink, type OutputSink, pipeSink } from '../engine/files/output-sink.ts';
import { type ReaderOptions, rotatingReader } from '../engine/files/rotating-reader.ts';
import type { NamedInput } from '../engine/files/side-input.ts';
import { systemReason } from '../engine/files/system-reason.ts';
import type { MetadataChunk } from '../io/metadata-chunk.ts';
import { checkOutputName } from './output-name.ts';

/** Bit of O_APPEND in the flags that Linux shows in fdinfo, in octal (asm-generic/fcntl.h). */
const LINUX_O_APPEND = 0o2000;

/** An input that a command opened. */
export interface OpenInput extends NamedInput {
  /** Whether it gave nothing for so long that it was given up. */
  readonly hasStalled: () => boolean;
  /** What stands behind its audio, of a file that is named. */
  readonly metadataBehind: readonly MetadataChunk[];
}

/** How an input is read: `timeout` in ms, of a pipe that gives nothing; `readBytes` at a time. */
export type InputRules = Partial<Pick<ReaderOptions, 'timeout' | 'readBytes'>>;

const isStandard = (path: string | undefined): path is '-' | undefined => path === undefined || path === '-';

/** Opens the input: a file, or stdin for `-` or nothing. */
export function openInput(path: string | undefined, how: InputRules = {}): OpenInput {
  if (path === '') throw usageError('the name of an input is empty');
  if (!isStandard(path)) {
    try {
      const decoded = codecInput(path);
      const metadataBehind = fileMetadata(path);
      return decoded === null
        ? { ...namedInput(path, openSync(path, 'r'), how), metadataBehind }
        : { name: path, stream: decoded, hasStalled: () => false, metadataBehind };
    } catch (cause) {
      throw inputError(`${path}: ${systemReason(cause)}`, { cause });
    }
  }
  if (isatty(0)) {
    throw usageError(
      'stdin is a terminal: name a file, or pipe audio in, as in "cat in.wav | auralis-stream mastering > out.wav"',
    );
  }
  try {
    return namedInput('stdin', 0, how);
  } catch (cause) {
    throw inputError(`stdin: ${systemReason(cause)}`, { cause });
  }
}

/** A reader on an open descriptor, whatever it is. */
export function namedInput(name: string, fd: number, how: InputRules = {}): OpenInput {
  let stalled = false;
  const onStall = (): void => {
    stalled = true;
  };
  const stats = fstatSync(fd);
  const kind = stats.isFIFO() || stats.isSocket() ? 'pipe' : 'file';
  const stream = rotatingReader(fd, kind, { ...how, onStall });
  return { name, stream, hasStalled: () => stalled, metadataBehind: [] };
}

/** What an output must not be: an input, and files that the run reads. */
interface OutputRules {
  /** Writes over an existing file. */
  readonly force: boolean;
  /** Paths of what is read; `-` or nothing is stdin. */
  readonly inputs: readonly (string | undefined)[];
  readonly pipeline?: string | undefined;
  /** Paths of what else is read. */
  readonly reads?: readonly (string | undefined)[];
  /** Takes stdout for a stream, also where it is a file: nothing is put right at its beginning. */
  readonly asStream?: boolean;
}

/** Opens the output: a file, or stdout for `-` or nothing. An existing file needs `force`. */
export function openOutput(path: string | undefined, rules: OutputRules): OutputSink {
  if (isStandard(path)) return standardOutput(rules.asStream);
  const there = checkTarget(path, rules);
  const { force } = rules;
  if (there?.isFile() && !force) throw usageError(`${path}: exists, add --force to write over it`);
  return ffmpegSink(path, force) ?? fileSink(path, { overwrite: force });
}

/** Opens the output of a run that is gone on with: what it left of a file, or a stream for the rest. */
export async function openResumedOutput(
  path: string | undefined,
  checkpoint: Checkpoint,
  rules: OutputRules,
): Promise<OutputSink> {
  if (!isStandard(path) && isEncoded(path)) {
    throw usageError(`${path}: is encoded by ffmpeg, which can't be gone on with; write a .wav`);
  }
  const toFile = !isStandard(path) && (checkTarget(path, rules)?.isFile() ?? true);
  if (toFile) return resumedOutput(path, checkpoint, { overwrite: rules.force });
  if (checkpoint.unfinished === null) return openOutput(path, { ...rules, asStream: true });
  throw usageError(`${path ?? 'stdout'}: the run of the checkpoint wrote a file, name it as OUT`);
}

/** Refuses an output that would write over what the run reads; gives what is there. */
function checkTarget(path: string, { inputs, pipeline, reads = [] }: OutputRules): Stats | undefined {
  const there = statOf(path);
  const isInput = (input: string | undefined): boolean =>
    there !== undefined && sameFile(there, isStandard(input) ? fstatSync(0) : statOf(input));
  if (inputs.some(isInput)) throw usageError(`${path}: is the input, choose another output`);
  const definition = pipeline === undefined ? undefined : statSync(pipeline, { throwIfNoEntry: false });
  if (there && definition && sameFile(there, definition)) {
    throw usageError(`${path}: is the pipeline, choose another output`);
  }
  if (there && reads.some((file) => file !== undefined && sameFile(there, statOf(file)))) {
    throw usageError(`${path}: is read by the run, choose another output`);
  }
  checkOutputName(path);
  if (there?.isDirectory()) throw outputError(`${path}: is a directory, expected a file`);
  return there;
}

/** A sink on a descriptor that the caller has opened. */
export function openDescriptorOutput(name: string, fd: number, asStream = false): OutputSink {
  const stats = fstatSync(fd);
  if (stats.isFIFO() || stats.isSocket()) return pipeSink(name, fd);
  return descriptorSink(name, fd, !asStream && stats.isFile() && stats.size === 0 && !appends(fd));
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (cause) {
    throw outputError(`${path}: ${systemReason(cause)}`, { cause });
  }
}

const sameFile = (a: Stats, b: Stats | undefined): boolean =>
  a.isFile() && a.ino === b?.ino && a.dev === b.dev;

/** A sink on stdout, whatever it is. */
export function standardOutput(asStream = false): OutputSink {
  if (isatty(1)) {
    throw usageError(
      'stdout is a terminal: name a file, or redirect the audio, as in "> out.wav" or "| aplay"',
    );
  }
  // Not process.stdout: its end can't be waited for. The system's flags of a pipe are put back by node when it ends.
  return openDescriptorOutput('stdout', 1, asStream);
}

/** Whether a descriptor writes to the end of its file, wherever it is told to write. Known on Linux only, where it matters. */
function appends(fd: number): boolean {
  if (process.platform !== 'linux') return false;
  const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1] ?? '0';
  return (Number.parseInt(flags, 8) & LINUX_O_APPEND) !== 0;
}
