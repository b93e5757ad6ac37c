import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, statSync } from 'node:fs';
import { Writable } from 'node:stream';
import { type AuralisError, outputError } from '../../audio/errors.ts';
import type { SampleEncoding } from '../../io/sample-format.ts';
import type { OutputSink } from './output-sink.ts';
import { isSystemError, systemReason } from './system-reason.ts';
import { UnfinishedFile } from './unfinished-file.ts';

/** Most of what ffmpeg says that is kept, in characters. */
const WORDS_KEPT = 4096;

/** A line each time, also for what it has just said. */
const QUIET = ['-hide_banner', '-nostdin', '-loglevel', 'repeat+error'];
/** A path that ffmpeg takes for a file, whatever stands in it. */
export const fileUrl = (path: string): string => `file:${path}`;

/** A line of ffmpeg without the place in it that it comes from. */
const withoutPlace = (line: string): string => line.trim().replace(/^(\[[^\]]*\] *)+/, '');

/** ffmpeg at work: started, watched, and reaped. */
export class Ffmpeg {
  readonly child: ChildProcess;
  /** What went wrong once it has ended, or null. Never rejects. */
  readonly ended: Promise<string | null>;
  /** The last line that it said. */
  #words = '';

  /** `onLine` takes each line that it says, without the place in ffmpeg that it comes from. */
  constructor(
    args: readonly string[],
    pipe: 'stdin' | 'stdout',
    purpose: string,
    onLine: (line: string) => void = () => {},
  ) {
    const stdio = pipe === 'stdin' ? ['pipe', 'ignore', 'pipe'] : ['ignore', 'pipe', 'pipe'];
    // A process group of its own: a Ctrl-C is for us, who then end it in order.
    this.child = spawn('ffmpeg', [...QUIET, ...args], { stdio: stdio as never, detached: true });
    let begun = '';
    this.child.stderr!.on('data', (words: Buffer) => {
      const lines = (begun + words.toString()).split('\n');
      begun = lines.pop()!.slice(-WORDS_KEPT);
      for (const line of lines.map(withoutPlace).filter(Boolean)) onLine(line);
      this.#words = lines.map(withoutPlace).findLast((line) => line !== '') ?? this.#words;
    });
    this.child.stderr!.on('end', () => {
      if (begun !== '') this.#words = withoutPlace(begun);
    });
    this.ended = new Promise((resolve) => {
      this.child.on('error', (error: NodeJS.ErrnoException) => {
        resolve(
          error.code === 'ENOENT'
            ? `${purpose} needs ffmpeg, which is not installed (https://ffmpeg.org, or your package manager)`
            : `ffmpeg does not start: ${systemReason(error)}`,
        );
      });
      this.child.on('close', (code, signal) => resolve(code === 0 ? null : this.#reason(code, signal)));
    });
  }

  #reason(code: number | null, signal: string | null): string {
    if (signal !== null) return `ffmpeg was ended by ${signal}`;
    return this.#words ? `ffmpeg: ${this.#words}` : `ffmpeg ended with code ${code}`;
  }

  /** Ends it, where it still runs, and waits until it is gone. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }
}

interface OutputCodec {
  readonly name: string;
  readonly args: readonly string[];
  /** The samples it takes where the run would write these. */
  readonly samplesFor: (wanted: SampleEncoding) => SampleEncoding;
}

/** By the end of a file's name. */
const OUTPUT_CODECS: Readonly<Record<string, OutputCodec>> = {
  flac: {
    name: 'FLAC',
    args: ['-c:a', 'flac', '-f', 'flac'],
    samplesFor: (wanted) => (wanted === 'u8' || wanted === 's16' ? 's16' : 's24'),
  },
  mp3: { name: 'MP3', args: ['-c:a', 'libmp3lame', '-q:a', '0', '-f', 'mp3'], samplesFor: () => 'f32' },
  opus: { name: 'Opus', args: ['-c:a', 'libopus', '-b:a', '192k', '-f', 'opus'], samplesFor: () => 'f32' },
};

/** Writes a WAV into ffmpeg, which is started when the first byte comes and writes the file under another name. */
class FfmpegWriter extends Writable {
  readonly #path: string;
  readonly #codec: OutputCodec;
  readonly #file: UnfinishedFile;
  #ffmpeg: Ffmpeg | null = null;

  constructor(path: string, codec: OutputCodec) {
    super({ highWaterMark: 1 << 19 });
    this.#path = path;
    this.#codec = codec;
    this.#file = new UnfinishedFile(path, statSync(path, { throwIfNoEntry: false })?.mode);
  }

  #failed(reason: string): AuralisError {
    return outputError(`${this.#path}: ${reason}`);
  }

  #start(): Ffmpeg {
    try {
      closeSync(this.#file.open());
    } catch (cause) {
      throw this.#failed(systemReason(cause));
    }
    const { name, args } = this.#codec;
    const output = [...args, '-y', fileUrl(this.#file.part!)];
    const ffmpeg = new Ffmpeg(['-f', 'wav', '-i', 'pipe:0', ...output], 'stdin', `${name} output`);
    // Why a pipe broke is told by how ffmpeg ended.
    ffmpeg.child.stdin!.on('error', () => {});
    ffmpeg.ended.then((failure) => {
      if (failure !== null) this.destroy(this.#failed(failure));
    });
    return ffmpeg;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    try {
      this.#ffmpeg ??= this.#start();
    } catch (error) {
      done(error as Error);
      return;
    }
    this.#ffmpeg.child.stdin!.write(chunk, (error) => {
      if (!error) done();
    });
  }

  override _final(done: (error?: Error | null) => void): void {
    if (this.#ffmpeg === null) {
      done();
      return;
    }
    this.#ffmpeg.child.stdin!.end();
    this.#ffmpeg.ended.then((failure) => done(failure === null ? null : this.#failed(failure)));
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    Promise.resolve(this.#ffmpeg?.kill()).then(() => done(error));
  }

  /** Gives the file its name. */
  keep(overwrite: boolean): void {
    try {
      this.#file.keep(overwrite);
    } catch (cause) {
      throw isSystemError(cause) ? this.#failed(systemReason(cause)) : cause;
    }
  }

  /** Ends ffmpeg, where it still runs, and removes what was not kept. */
  close(): void {
    this.destroy();
    this.#file.discard();
  }
}

const codecOf = (path: string): OutputCodec | undefined =>
  OUTPUT_CODECS[path.split('.').at(-1)!.toLowerCase()];

/** Whether the name of an output says that ffmpeg encodes it. */
export const isEncoded = (path: string): boolean => codecOf(path) !== undefined;

/** A sink for a file whose name ends in .flac, .mp3 or .opus, which ffmpeg encodes; null for any other. */
export function ffmpegSink(path: string, overwrite: boolean): OutputSink | null {
  const codec = codecOf(path);
  if (codec === undefined) return null;
  const stream = new FfmpegWriter(path, codec);
  return {
    name: path,
    stream,
    onWritten: null,
    revision: null,
    keep: () => stream.keep(overwrite),
    samplesFor: codec.samplesFor,
    close: () => stream.close(),
  };
}
