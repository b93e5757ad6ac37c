import { type WaveFormat, writeFmtChunk } from './fmt-chunk.ts';
import { ENCODINGS } from './sample-format.ts';

/** What a WAV header says, whatever the length of the audio. */
export interface WavHeaderShape extends WaveFormat {
  /** Whether to leave room for 64-bit sizes: a JUNK chunk that becomes ds64 when they are needed. */
  readonly longSizes: boolean;
}

const UNKNOWN = 0xffffffff;
/** Riff size, data size, sample count of 64 bits each, and the length of a table that we leave empty (EBU Tech 3306). */
const DS64_BYTES = 28;

/** Appends the parts of a little-endian RIFF header. */
class HeaderBytes {
  readonly #bytes: number[] = [];

  get length(): number {
    return this.#bytes.length;
  }

  id(text: string): this {
    for (const char of text) this.#bytes.push(char.charCodeAt(0));
    return this;
  }

  u32(value: number): this {
    for (let shift = 0; shift < 32; shift += 8) this.#bytes.push((value >>> shift) & 0xff);
    return this;
  }

  u64(value: number): this {
    return this.u32(value % 2 ** 32).u32(Math.floor(value / 2 ** 32));
  }

  body(bytes: Uint8Array): this {
    this.#bytes.push(...bytes);
    return this;
  }

  toBytes(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}

/** Bytes of audio in so many frames. */
export function dataBytes({ format, encoding }: WaveFormat, frames: number): number {
  return frames * format.channels * ENCODINGS[encoding].bytes;
}

/** Whether so many frames need 64-bit sizes, so RF64. */
export function needsLongSizes(shape: WaveFormat, frames: number): boolean {
  // No header that we write is longer than 128 bytes.
  return dataBytes(shape, frames) > UNKNOWN - 128;
}

/**
 * The header for `frames` frames, or for a length not known (null), up to and including the start of the `data`
 * chunk. Its length depends on the shape alone, so a later one can take its place. Sizes that are not known, or that
 * there is no room for, are 0xFFFFFFFF: the one placeholder that ffmpeg and SoX both read to the end.
 */
export function writeWavHeader(shape: WavHeaderShape, frames: number | null): Uint8Array {
  const fmt = writeFmtChunk(shape);
  const { isFloat } = ENCODINGS[shape.encoding];
  const length = 12 + (shape.longSizes ? 8 + DS64_BYTES : 0) + 8 + fmt.length + (isFloat ? 12 : 0) + 8;
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
    const sizes = large ? [riff, data, frames] : [0, 0, 0];
    header.id(large ? 'ds64' : 'JUNK').u32(DS64_BYTES);
    for (const size of sizes) header.u64(size);
    header.u32(0);
  }
  header.id('fmt ').u32(fmt.length).body(fmt);
  if (isFloat) {
    // Required for every format but PCM (Microsoft, "New Multimedia Data Types and Data Techniques"). Not the
    // placeholder while the length is not known, because ffmpeg takes that for the duration.
    header
      .id('fact')
      .u32(4)
      .u32(large ? UNKNOWN : (frames ?? 0));
  }
  return header.id('data').u32(short(data)).toBytes();
}
