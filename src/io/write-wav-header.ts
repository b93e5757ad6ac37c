import { type WaveFormat, writeFmtChunk } from './fmt-chunk.ts';
import type { MetadataChunk } from './metadata-chunk.ts';
import { ENCODINGS, type SampleEncoding } from './sample-format.ts';

/** What a WAV header says, whatever the length of the audio. */
export interface WavHeaderShape extends WaveFormat<SampleEncoding> {
  /** Whether to leave room for 64-bit sizes: a JUNK chunk that becomes ds64 when they are needed. */
  readonly longSizes: boolean;
  /** Chunks that stand before the audio. */
  readonly metadata?: readonly MetadataChunk[];
}

const UNKNOWN = 0xffffffff;
/** Riff size, data size, sample count of 64 bits each, and the length of a table that we leave empty (EBU Tech 3306). */
const DS64_BYTES = 28;
/** No header that we write has more bytes than these beside its metadata. */
const HEADER_BYTES = 128;

/** Appends the parts of a little-endian RIFF header. */
class HeaderBytes {
  readonly #parts: Uint8Array[] = [];

  id(text: string): this {
    return this.body(Uint8Array.from(text, (char) => char.charCodeAt(0)));
  }

  u32(value: number): this {
    return this.body(Uint8Array.of(value, value >>> 8, value >>> 16, value >>> 24));
  }

  u64(value: number): this {
    return this.u32(value % 2 ** 32).u32(Math.floor(value / 2 ** 32));
  }

  body(bytes: Uint8Array): this {
    this.#parts.push(bytes);
    return this;
  }

  chunk(id: string, body: Uint8Array): this {
    return this.id(id)
      .u32(body.length)
      .body(body)
      .body(new Uint8Array(body.length % 2));
  }

  toBytes(): Uint8Array {
    return Buffer.concat(this.#parts);
  }
}

/** Bytes of audio in so many frames. */
export function dataBytes({ format, encoding }: WaveFormat<SampleEncoding>, frames: number): number {
  return frames * format.channels * ENCODINGS[encoding].bytes;
}

/** Bytes that the chunks take, with head and pad byte. */
const metadataBytes = (chunks: readonly MetadataChunk[]): number =>
  chunks.reduce((sum, { body }) => sum + 8 + body.length + (body.length % 2), 0);

/** Whether so many frames need 64-bit sizes, so RF64. */
export function needsLongSizes(shape: Omit<WavHeaderShape, 'longSizes'>, frames: number): boolean {
  return dataBytes(shape, frames) > UNKNOWN - HEADER_BYTES - metadataBytes(shape.metadata ?? []);
}

/**
 * The header for `frames` frames, or for a length not known (null), up to and including the start of the `data`
 * chunk. Its length depends on the shape alone, so a later one can take its place. Sizes that are not known, or that
 * there is no room for, are 0xFFFFFFFF: the one placeholder that ffmpeg and SoX both read to the end.
 */
export function writeWavHeader(shape: WavHeaderShape, frames: number | null): Uint8Array {
  const fmt = writeFmtChunk(shape);
  const { isFloat } = ENCODINGS[shape.encoding];
  const { metadata = [] } = shape;
  const sizes = 12 + (shape.longSizes ? 8 + DS64_BYTES : 0) + 8 + fmt.length + (isFloat ? 12 : 0) + 8;
  const length = sizes + metadataBytes(metadata);
  const data = dataBytes(shape, frames ?? 0);
  const riff = length - 8 + data + (data % 2);
  const large = frames !== null && needsLongSizes(shape, frames);
  const short = (size: number): number => (frames === null || large ? UNKNOWN : size);

  const header = new HeaderBytes();
  header
    .id(large && shape.longSizes ? 'RF64' : 'RIFF')
    .u32(short(riff))
    .id('WAVE');
  if (shape.longSizes) {
    const long = large ? [riff, data, frames] : [0, 0, 0];
    header.id(large ? 'ds64' : 'JUNK').u32(DS64_BYTES);
    for (const size of long) header.u64(size);
    header.u32(0);
  }
  header.chunk('fmt ', fmt);
  if (isFloat) {
    // Required for every format but PCM (Microsoft, "New Multimedia Data Types and Data Techniques"). Not the
    // placeholder while the length is not known, because ffmpeg takes that for the duration.
    header
      .id('fact')
      .u32(4)
      .u32(large ? UNKNOWN : (frames ?? 0));
  }
  for (const { id, body } of metadata) header.chunk(id, body);
  return header.id('data').u32(short(data)).toBytes();
}
