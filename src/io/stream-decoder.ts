import type { Planar } from '../audio/block.ts';
import { AuralisError, inputError, internalError } from '../audio/errors.ts';
import { type AudioFormat, describeFormat, sameFormat } from '../audio/format.ts';
import type { KernelMemory } from '../dsp/kernel-memory.ts';
import { createPcmDecoder, type PcmDecoder } from './pcm-decoder.ts';
import type { RawFormat, StoredEncoding } from './sample-format.ts';
import { TrackConverter } from './track-converter.ts';
import { type AudioHeader, type DecodedEnd, TrackDecoder } from './track-decoder.ts';

export type { AudioHeader, DecodedEnd } from './track-decoder.ts';

/** What becomes of a track whose rate or channels are not those of the first: nothing more is read, or it is converted. */
export const FORMAT_CHANGES = ['stop', 'convert'] as const;
export type FormatChange = (typeof FORMAT_CHANGES)[number];

export interface StreamDecoderOptions {
  readonly raw?: RawFormat | undefined;
  /** Without a choice it is `stop`. */
  readonly onFormatChange?: FormatChange | undefined;
}

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
  #ended = false;
  readonly #onFormatChange: FormatChange | undefined;
  /** Of what `read` gives. */
  #format: AudioFormat | null = null;
  /** The last one that was needed, and whether the present track needs it; null where that is not known yet. */
  #converter: TrackConverter | null = null;
  #converts: boolean | null = null;
  readonly #warnings: string[] = [];
  #pcm: PcmDecoder | null = null;
  #memory: KernelMemory | null = null;
  #maxFrames = 0;
  #framesRead = 0;

  constructor({ raw, onFormatChange }: StreamDecoderOptions = {}) {
    this.#onFormatChange = onFormatChange;
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

  /** What the frames were stored as that `read` gave last; a float, which holds what was computed, where they were converted. */
  get storedAs(): StoredEncoding {
    return this.#converts ? 'f32' : this.#track.header!.sampleFormat.encoding;
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

  /**
   * Decodes onto `memory` from now on, at most `maxFrames` frames at a time; with `sampleRate`, what has another one is
   * resampled to that. Throws an input error where that can't be done.
   */
  attach(memory: KernelMemory, maxFrames: number, sampleRate?: number): void {
    if (!this.header) throw internalError('decoder attached before its header is known');
    const { format } = this.header;
    this.#format = { ...format, sampleRate: sampleRate ?? format.sampleRate };
    this.#pcm = createPcmDecoder({ memory, channels: format.channels, maxFrames });
    this.#memory = memory;
    this.#maxFrames = maxFrames;
    this.#converts = this.#open(format);
  }

  /** Decodes up to `maxFrames` frames into arrays of the attached memory; 0 asks for the next track or more bytes. */
  read(planar: Planar, maxFrames: number): number {
    if (!this.#pcm) throw internalError('decoder read before it was attached');
    if (this.#failure !== null || this.#converts === null) return 0;
    const most = Math.min(maxFrames, this.#maxFrames);
    const ended = this.#ended || this.#rest !== null;
    const frames = this.#converts
      ? this.#converter!.read(this.#track, planar, most, ended)
      : this.#track.read(this.#pcm, planar, most);
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
    this.#converts = null;
    this.#track = new TrackDecoder(null);
    this.#feed(rest);
    return this.#failure === null;
  }

  /** To be called once, at the end of the input; throws an input error when no header has come. */
  end(): DecodedEnd {
    this.#ended = true;
    if (this.#failure !== null) return { warnings: this.#warnings, framesMissing: 0 };
    if (this.#tracks > 1 && !this.#track.headed) {
      const warning = `track ${this.#tracks} left out: the input ends inside its header`;
      return { warnings: [...this.#warnings, warning], framesMissing: 0 };
    }
    const { warnings, framesMissing } = this.#track.end();
    if (this.#tracks > 1) this.#judge(() => this.#enter());
    return { warnings: [...this.#warnings, ...warnings], framesMissing };
  }

  #feed(bytes: Uint8Array): void {
    if (this.#tracks === 1) {
      this.#rest = this.#track.write(bytes);
      return;
    }
    this.#judge(() => {
      this.#rest = this.#track.write(bytes);
      this.#enter();
    });
  }

  /** Takes a step into a track behind the first, which is not what the input fails by. */
  #judge(step: () => void): void {
    try {
      step();
    } catch (cause) {
      if (!(cause instanceof AuralisError)) throw cause;
      const place = `track ${this.#tracks}, at frame ${this.#framesRead}`;
      this.#failure = inputError(`${place}: ${cause.message}`, { cause });
      this.#rest = null;
    }
  }

  /** Decides what becomes of a track behind the first, once its format is known. */
  #enter(): void {
    const { header } = this.#track;
    if (header === null || this.#converts !== null) return;
    const first = this.#header!.format;
    if (this.#onFormatChange !== 'convert' && !sameFormat(first, header.format)) {
      const [found, begun] = [header.format, first].map(describeFormat);
      const wayOut = this.#onFormatChange ? ', go on with --on-format-change convert' : '';
      throw inputError(`${found}; the stream began as ${begun}${wayOut}`);
    }
    this.#converts = this.#open(header.format);
  }

  /** Makes ready what a track needs to become what `read` gives; false where it is that. */
  #open(format: AudioFormat): boolean {
    if (sameFormat(format, this.#format!)) return false;
    if (this.#converter && sameFormat(this.#converter.from, format)) this.#converter.reset();
    else this.#converter = new TrackConverter(format, this.#format!, this.#memory!.backend);
    return true;
  }
}
