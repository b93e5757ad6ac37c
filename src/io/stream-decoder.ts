import type { Planar } from '../audio/block.ts';
import { AuralisError, inputError, internalError } from '../audio/errors.ts';
import { describeFormat, sameFormat } from '../audio/format.ts';
import type { KernelMemory } from '../dsp/kernel-memory.ts';
import { createPcmDecoder, type PcmDecoder } from './pcm-decoder.ts';
import type { RawFormat } from './sample-format.ts';
import { type AudioHeader, type DecodedEnd, TrackDecoder } from './track-decoder.ts';

export type { AudioHeader, DecodedEnd } from './track-decoder.ts';

/**
 * Bytes of an audio file or raw stream in, planar floats out, without a stream in sight. In turn: `write` a chunk; once
 * there is a `header`, `attach` a memory; `read` until it gives 0 and there is no `nextTrack`; after the last chunk
 * `end`, and `read` again, because what follows a data size of 0 shows only then whether it is audio. Keeps the chunk,
 * a part of a frame and at most 64 KiB.
 */
export class StreamDecoder {
  #track: TrackDecoder;
  /** What follows the present track. */
  #rest: Uint8Array | null = null;
  #header: AudioHeader | null = null;
  #tracks = 1;
  #failure: AuralisError | null = null;
  readonly #warnings: string[] = [];
  #pcm: PcmDecoder | null = null;
  #maxFrames = 0;
  #framesRead = 0;

  constructor({ raw }: { readonly raw?: RawFormat | undefined } = {}) {
    this.#track = new TrackDecoder(raw ?? null);
  }

  /** Of the first track. Null until it is complete and, where it gives a size of 0, until it shows what follows. */
  get header(): AudioHeader | null {
    return this.#tracks === 1 ? this.#track.header : this.#header;
  }

  /** Frames that `read` has given. */
  get framesRead(): number {
    return this.#framesRead;
  }

  /** Why nothing more can be read though the input goes on, or null. */
  get failure(): AuralisError | null {
    return this.#failure;
  }

  /** Takes the next bytes, which must stay unchanged until they have been read; throws an input error. */
  write(chunk: Uint8Array): void {
    if (this.#failure !== null) return;
    if (this.#track.pending || this.#rest !== null) {
      throw internalError('bytes written before the earlier ones were read');
    }
    this.#feed(chunk);
  }

  /** Decodes onto `memory` from now on, at most `maxFrames` frames at a time. */
  attach(memory: KernelMemory, maxFrames: number): void {
    if (!this.header) throw internalError('decoder attached before its header is known');
    this.#pcm = createPcmDecoder({ memory, channels: this.header.format.channels, maxFrames });
    this.#maxFrames = maxFrames;
  }

  /** Decodes up to `maxFrames` frames into arrays of the attached memory; 0 asks for the next track or more bytes. */
  read(planar: Planar, maxFrames: number): number {
    if (!this.#pcm) throw internalError('decoder read before it was attached');
    if (this.#failure !== null) return 0;
    const frames = this.#track.read(this.#pcm, planar, Math.min(maxFrames, this.#maxFrames));
    this.#framesRead += frames;
    return frames;
  }

  /** Goes on to the file that was put behind the present one, once all of that is read; false where none has come. */
  nextTrack(): boolean {
    if (this.#rest === null || this.#failure !== null) return false;
    const rest = this.#rest;
    this.#header = this.header;
    this.#warnings.push(...this.#track.end().warnings);
    this.#tracks++;
    this.#rest = null;
    this.#track = new TrackDecoder(null);
    this.#feed(rest);
    return this.#failure === null;
  }

  /** To be called once, at the end of the input; throws an input error when no header has come. */
  end(): DecodedEnd {
    if (this.#failure !== null) return { warnings: this.#warnings, framesMissing: 0 };
    if (this.#tracks > 1 && this.#track.header === null) {
      const warning = `track ${this.#tracks} left out: the input ends inside its header`;
      return { warnings: [...this.#warnings, warning], framesMissing: 0 };
    }
    const { warnings, framesMissing } = this.#track.end();
    return { warnings: [...this.#warnings, ...warnings], framesMissing };
  }

  #feed(bytes: Uint8Array): void {
    if (this.#tracks === 1) {
      this.#rest = this.#track.write(bytes);
      return;
    }
    try {
      this.#rest = this.#track.write(bytes);
      this.#checkFormat();
    } catch (cause) {
      if (!(cause instanceof AuralisError)) throw cause;
      const place = `track ${this.#tracks}, at frame ${this.#framesRead}`;
      this.#failure = inputError(`${place}: ${cause.message}`, { cause });
      this.#rest = null;
    }
  }

  #checkFormat(): void {
    const [first, next] = [this.#header?.format, this.#track.header?.format];
    if (!first || !next || sameFormat(first, next)) return;
    throw inputError(`${describeFormat(next)}; the stream began as ${describeFormat(first)}`);
  }
}
