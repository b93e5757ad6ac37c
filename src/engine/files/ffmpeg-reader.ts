import { Readable } from 'node:stream';
import { inputError } from '../../audio/errors.ts';
import { CodecFindings } from '../../io/codec-findings.ts';
import { Ffmpeg, fileUrl } from './ffmpeg-process.ts';

/** Says only that the line before it was about a packet. */
const NO_REASON = /^Error while decoding stream/;

/** Where the bytes of a second stand in a WAV as ffmpeg writes it, with `fmt ` in front. */
const BYTE_RATE_AT = 28;

/** The WAV that ffmpeg makes of its input, in 32-bit floats. */
class FfmpegReader extends Readable {
  readonly findings = new CodecFindings();
  readonly #ffmpeg: Ffmpeg;
  /** What it said first, and when: seconds of audio that it had given by then. */
  #first: { readonly line: string; readonly seconds: number } | null = null;
  #bytes = 0;
  /** Bytes of a second; 0 before the header has come. */
  #bytesPerSecond = 0;

  constructor(path: string, name: string) {
    super({ highWaterMark: 1 });
    const wav = ['-map', '0:a:0', '-c:a', 'pcm_f32le', '-f', 'wav', 'pipe:1'];
    const args = ['-protocol_whitelist', 'file', '-i', fileUrl(path), ...wav];
    this.#ffmpeg = new Ffmpeg(args, 'stdout', name, (line) => this.#hear(line));
    this.findings.describe = () => this.#describe();
    const { stdout } = this.#ffmpeg.child;
    stdout!.on('data', (chunk: Buffer) => {
      this.#count(chunk);
      if (!this.push(chunk)) stdout!.pause();
    });
    this.#ffmpeg.ended.then((failure) => {
      if (failure === null) this.push(null);
      else this.destroy(inputError(`${path}: ${failure.replace(`${fileUrl(path)}: `, '')}`));
    });
  }

  #count(chunk: Buffer): void {
    if (this.#bytes === 0 && chunk.length >= BYTE_RATE_AT + 4) {
      this.#bytesPerSecond = chunk.readUInt32LE(BYTE_RATE_AT);
    }
    this.#bytes += chunk.length;
  }

  #hear(line: string): void {
    if (NO_REASON.test(line) && this.findings.places > 0) return;
    this.findings.places += 1;
    this.#first ??= { line, seconds: this.#bytesPerSecond && this.#bytes / this.#bytesPerSecond };
  }

  *#describe(): Generator<string, void, void> {
    if (this.#first === null) return;
    const { line, seconds } = this.#first;
    const more = this.findings.places - 1;
    yield `ffmpeg, near ${seconds.toFixed(1)} s: ${line}${more > 0 ? ` (and ${more} more)` : ''}`;
  }

  override _read(): void {
    this.#ffmpeg.child.stdout!.resume();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#ffmpeg.kill().then(() => done(error));
  }
}

/** A file in any codec that ffmpeg knows, as the bytes of a WAV; `name` says what it is. */
export function ffmpegReader(path: string, name: string): Readable & { readonly findings: CodecFindings } {
  return new FfmpegReader(path, name);
}
