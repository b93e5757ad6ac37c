import type { Planar } from '../audio/block.ts';
import { type AudioFormat, audioFormat } from '../audio/format.ts';
import { DataExtent } from './data-extent.ts';
import { customMask } from './fmt-chunk.ts';
import { HeaderReader } from './header-reader.ts';
import { type ContainerHeader, UNKNOWN_SIZE } from './header-steps.ts';
import type { MetadataChunk } from './metadata-chunk.ts';
import type { PcmDecoder } from './pcm-decoder.ts';
import { type RawFormat, STORED, type StoredFormat } from './sample-format.ts';
import { TrackFinder } from './track-finder.ts';

/** What is known of a stream before its first sample. */
export interface AudioHeader {
  readonly container: ContainerHeader['container'] | 'raw';
  readonly format: AudioFormat;
  readonly sampleFormat: StoredFormat;
  /** WAVE speaker bits; those of custom where the input names none. */
  readonly channelMask: number;
  /** Frames that the header announces, or null when it does not know. */
  readonly announcedFrames: number | null;
  /** Chunks of a WAV that stand before its audio and go with it. */
  readonly metadata: readonly MetadataChunk[];
}

/** What was wrong with the end of a stream. */
export interface DecodedEnd {
  /** One line each, without a path; empty for a stream that ended as announced. */
  readonly warnings: readonly string[];
  /** Announced frames that did not come. */
  readonly framesMissing: number;
}

/** One file, or one raw stream, from its first byte to its last sample. */
export class TrackDecoder {
  readonly #reader: HeaderReader | null;
  #size = UNKNOWN_SIZE;
  #header: AudioHeader | null = null;
  #extent: DataExtent | null = null;
  #headerWarnings: readonly string[] = [];
  /** Audio that has come in and not been read. */
  readonly #audio: Uint8Array[] = [];
  /** Bytes that stand in the PCM decoder; between reads, those of a part of a frame. */
  #staged = 0;

  constructor(raw: RawFormat | null) {
    this.#reader = raw ? null : new HeaderReader();
    if (!raw) return;
    const { sampleFormat, sampleRate, channels } = raw;
    this.#extent = new DataExtent(UNKNOWN_SIZE, false);
    this.#header = {
      container: 'raw',
      format: audioFormat(sampleRate, channels),
      sampleFormat,
      channelMask: customMask(channels),
      announcedFrames: null,
      metadata: [],
    };
  }

  /** Null until the header is complete and, where it gives a size of 0, until it shows whether audio follows. */
  get header(): AudioHeader | null {
    return this.#extent?.settled ? this.#header : null;
  }

  /** Whether the header has been read, be it known or not whether audio follows. */
  get headed(): boolean {
    return this.#header !== null;
  }

  /** Whether there is audio that has not been read. */
  get pending(): boolean {
    return this.#audio.length > 0;
  }

  /** Takes the next bytes; gives those that begin another file, if any. Throws an input error. */
  write(chunk: Uint8Array): Uint8Array | null {
    let at = 0;
    if (!this.#extent && this.#reader) {
      at = this.#reader.push(chunk);
      if (this.#reader.header) this.#open(this.#reader.header);
    }
    return this.#extent?.push(chunk.subarray(at), this.#audio) ?? null;
  }

  /** Decodes up to `maxFrames` frames and says how many. */
  read(pcm: PcmDecoder, planar: Planar, maxFrames: number): number {
    if (!this.#header) return 0;
    const frameBytes = this.#frameBytes;
    const room = maxFrames * frameBytes;
    while (this.#staged < room && this.#audio.length > 0) {
      const next = this.#audio[0];
      const taken = next.subarray(0, room - this.#staged);
      pcm.bytes.set(taken, this.#staged);
      this.#staged += taken.length;
      if (taken.length === next.length) this.#audio.shift();
      else this.#audio[0] = next.subarray(taken.length);
    }
    const frames = Math.floor(this.#staged / frameBytes);
    if (frames === 0) return 0;
    const used = frames * frameBytes;
    pcm.decode(this.#header.sampleFormat, planar, frames);
    if (used < this.#staged) pcm.bytes.copyWithin(0, used, this.#staged);
    this.#staged -= used;
    return frames;
  }

  /** To be called at the end of the file; throws an input error when no header has come. */
  end(): DecodedEnd {
    if (!this.#extent || !this.#header) return this.#reader!.end();
    this.#extent.end(this.#audio);
    if (this.#extent.audioBytes === 0 && this.#size.bytes === 0) {
      this.#header = { ...this.#header, announcedFrames: 0 };
    }
    const frameBytes = this.#frameBytes;
    const frames = Math.floor(this.#extent.audioBytes / frameBytes);
    const leftover = this.#extent.audioBytes % frameBytes;
    const announced = this.#header.announcedFrames ?? frames;
    const framesMissing = announced - frames;
    const warnings = [...this.#headerWarnings];
    if (framesMissing > 0) {
      warnings.push(`input ended early: ${framesMissing} of ${announced} announced frames are missing`);
    } else if (leftover > 0 && !this.#endsWithPad(leftover)) {
      warnings.push(`last frame dropped: it has ${leftover} of ${frameBytes} bytes`);
    }
    return { warnings, framesMissing };
  }

  /** Whether the last byte is the pad byte that SoX appends on a pipe, where no size tells it from the audio. */
  #endsWithPad(leftover: number): boolean {
    const padded = this.#reader !== null && !this.#size.exact;
    return padded && leftover === 1 && this.#extent!.audioBytes % 2 === 0;
  }

  get #frameBytes(): number {
    const { format, sampleFormat } = this.#header!;
    return format.channels * STORED[sampleFormat.encoding].bytes;
  }

  #open(header: ContainerHeader): void {
    const { container, format, encoding, channelMask, bigEndian, data, metadata } = header;
    this.#size = data;
    this.#extent = new DataExtent(data, bigEndian, new TrackFinder());
    this.#headerWarnings = header.warnings;
    const sampleFormat = { encoding, bigEndian };
    this.#header = { container, format, sampleFormat, channelMask, announcedFrames: null, metadata };
    if (data.exact) {
      this.#header = { ...this.#header, announcedFrames: Math.floor(data.bytes / this.#frameBytes) };
    }
  }
}
