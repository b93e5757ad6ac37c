import type { Planar } from '../audio/block.ts';
import { internalError } from '../audio/errors.ts';
import { type AudioFormat, audioFormat } from '../audio/format.ts';
import type { KernelMemory } from '../dsp/kernel-memory.ts';
import { DataExtent } from './data-extent.ts';
import { customMask } from './fmt-chunk.ts';
import { createPcmDecoder, type PcmDecoder } from './pcm-decoder.ts';
import { ENCODINGS, type RawFormat, type SampleFormat } from './sample-format.ts';
import { type DataSize, type WavHeader, WavHeaderParser } from './wav-header.ts';

/** What is known of a stream before its first sample. */
export interface AudioHeader {
  readonly container: 'wav' | 'raw';
  readonly format: AudioFormat;
  readonly sampleFormat: SampleFormat;
  /** WAVE speaker bits; those of custom where the input names none. */
  readonly channelMask: number;
  /** Frames that the header announces, or null when it does not know. */
  readonly announcedFrames: number | null;
}

/** What was wrong with the end of a stream. */
export interface DecodedEnd {
  /** One line each, without a path; empty for a stream that ended as announced. */
  readonly warnings: string[];
  /** Announced frames that did not come. */
  readonly framesMissing: number;
}

const UNKNOWN_SIZE: DataSize = { bytes: Number.POSITIVE_INFINITY, exact: false, bytesBehind: 0 };

/**
 * Bytes of a WAV or raw stream in, planar floats out, without a stream in sight. In turn: `write` a chunk; once there
 * is a `header`, `attach` a memory; `read` until it gives 0; after the last chunk `end`, and `read` until it gives 0
 * again, because what follows a data size of 0 shows only then whether it is audio. Keeps the chunk, a part of a frame
 * and at most 64 KiB.
 */
export class StreamDecoder {
  readonly #parser: WavHeaderParser | null;
  #header: AudioHeader | null = null;
  #extent: DataExtent | null = null;
  /** Audio that has come in and not been read. */
  readonly #audio: Uint8Array[] = [];
  #pcm: PcmDecoder | null = null;
  #maxFrames = 0;
  /** Bytes in `#pcm.bytes`; between reads, those of a part of a frame. */
  #staged = 0;
  #framesRead = 0;

  constructor({ raw }: { readonly raw?: RawFormat | undefined } = {}) {
    this.#parser = raw ? null : new WavHeaderParser();
    if (!raw) return;
    const { sampleFormat, sampleRate, channels } = raw;
    this.#extent = new DataExtent(UNKNOWN_SIZE, false);
    this.#header = {
      container: 'raw',
      format: audioFormat(sampleRate, channels),
      sampleFormat,
      channelMask: customMask(channels),
      announcedFrames: null,
    };
  }

  /** Null until the header is complete and, where it gives a size of 0, until it shows whether audio follows. */
  get header(): AudioHeader | null {
    return this.#extent?.settled ? this.#header : null;
  }

  /** Frames that `read` has given. */
  get framesRead(): number {
    return this.#framesRead;
  }

  /** Takes the next bytes, which must stay unchanged until they have been read; throws an input error. */
  write(chunk: Uint8Array): void {
    if (this.#audio.length > 0) throw internalError('bytes written before the earlier ones were read');
    let at = 0;
    if (!this.#extent && this.#parser) {
      at = this.#parser.push(chunk);
      if (this.#parser.header) this.#open(this.#parser.header);
    }
    this.#extent?.push(chunk.subarray(at), this.#audio);
  }

  /** Decodes onto `memory` from now on, at most `maxFrames` frames at a time. */
  attach(memory: KernelMemory, maxFrames: number): void {
    if (!this.#header) throw internalError('decoder attached before its header is known');
    const { sampleFormat, format } = this.#header;
    this.#pcm = createPcmDecoder({ memory, sampleFormat, channels: format.channels, maxFrames });
    this.#maxFrames = maxFrames;
  }

  /** Decodes up to `maxFrames` frames into arrays of the attached memory and says how many; 0 asks for more bytes. */
  read(planar: Planar, maxFrames: number): number {
    if (!this.#pcm) throw internalError('decoder read before it was attached');
    const { bytes } = this.#pcm;
    const frameBytes = this.#frameBytes;
    const room = Math.min(maxFrames, this.#maxFrames) * frameBytes;
    while (this.#staged < room && this.#audio.length > 0) {
      const next = this.#audio[0];
      const taken = next.subarray(0, room - this.#staged);
      bytes.set(taken, this.#staged);
      this.#staged += taken.length;
      if (taken.length === next.length) this.#audio.shift();
      else this.#audio[0] = next.subarray(taken.length);
    }
    const frames = Math.floor(this.#staged / frameBytes);
    if (frames === 0) return 0;
    this.#pcm.decode(planar, frames);
    bytes.copyWithin(0, frames * frameBytes, this.#staged);
    this.#staged -= frames * frameBytes;
    this.#framesRead += frames;
    return frames;
  }

  /** To be called once, at the end of the input; throws an input error when no header has come. */
  end(): DecodedEnd {
    if (!this.#extent || !this.#header) return this.#parser!.end();
    this.#extent.end(this.#audio);
    if (this.#extent.audioBytes === 0 && this.#parser?.header?.data.bytes === 0) {
      this.#header = { ...this.#header, announcedFrames: 0 };
    }
    const frameBytes = this.#frameBytes;
    const frames = Math.floor(this.#extent.audioBytes / frameBytes);
    const leftover = this.#extent.audioBytes % frameBytes;
    const announced = this.#header.announcedFrames ?? frames;
    const framesMissing = announced - frames;
    const warnings: string[] = [];
    if (framesMissing > 0) {
      warnings.push(`input ended early: ${framesMissing} of ${announced} announced frames are missing`);
    } else if (leftover > 0 && !this.#endsWithPad(leftover)) {
      warnings.push(`last frame dropped: it has ${leftover} of ${frameBytes} bytes`);
    }
    return { warnings, framesMissing };
  }

  /** Whether the last byte is the pad byte that SoX appends on a pipe, where no size tells it from the audio. */
  #endsWithPad(leftover: number): boolean {
    return this.#parser?.header?.data.exact === false && leftover === 1 && this.#extent!.audioBytes % 2 === 0;
  }

  get #frameBytes(): number {
    return this.#header
      ? this.#header.format.channels * ENCODINGS[this.#header.sampleFormat.encoding].bytes
      : 1;
  }

  #open({ format, encoding, channelMask, bigEndian, data }: WavHeader): void {
    this.#extent = new DataExtent(data, bigEndian);
    this.#header = {
      container: 'wav',
      format,
      sampleFormat: { encoding, bigEndian },
      channelMask,
      announcedFrames: null,
    };
    if (data.exact) {
      this.#header = { ...this.#header, announcedFrames: Math.floor(data.bytes / this.#frameBytes) };
    }
  }
}
