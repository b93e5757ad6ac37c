import { inputError } from '../audio/errors.ts';
import { type ChunkHead, chunksBehind, nextChunk } from './chunk-walk.ts';
import { readableFormat, type WaveFormat } from './fmt-chunk.ts';
import {
  type Container,
  type ContainerHeader,
  type DataSize,
  type HeaderCursor,
  type HeaderSteps,
  textOf,
} from './header-steps.ts';
import { MetadataIntake } from './metadata-intake.ts';
import { STORED, type StoredEncoding } from './sample-format.ts';

/** COMM with a compression type; the name behind it says nothing more. */
const COMM_MAX_BYTES = 22;
/** Sizes from here up stand for "not known": SoX writes this many bytes of audio on a pipe, cut to whole frames. */
const SMALLEST_PLACEHOLDER = 0x7f000000;

/** Text chunks (AIFF 1.3 of 1989) by the entries of LIST/INFO that say the same (Microsoft, "Multimedia Programming Interface and Data Specifications 1.0"). */
const TEXTS: Readonly<Record<string, string>> = { NAME: 'INAM', AUTH: 'IART', '(c) ': 'ICOP', ANNO: 'ICMT' };

const INTEGERS: readonly StoredEncoding[] = ['s8', 's16', 's24', 's32'];

interface Compression {
  /** The encoding, or null where the sample size decides. */
  readonly encoding: StoredEncoding | null;
  readonly bigEndian: boolean;
}

/** Compression types that are none (AIFF-C draft of 1991; QuickTime File Format, "Sound Sample Description"). */
const COMPRESSIONS: Readonly<Record<string, Compression>> = {
  NONE: { encoding: null, bigEndian: true },
  twos: { encoding: null, bigEndian: true },
  sowt: { encoding: null, bigEndian: false },
  'raw ': { encoding: 'u8', bigEndian: true },
  in24: { encoding: 's24', bigEndian: true },
  in32: { encoding: 's32', bigEndian: true },
  '42ni': { encoding: 's24', bigEndian: false },
  '23ni': { encoding: 's32', bigEndian: false },
  fl32: { encoding: 'f32', bigEndian: true },
  FL32: { encoding: 'f32', bigEndian: true },
  fl64: { encoding: 'f64', bigEndian: true },
  FL64: { encoding: 'f64', bigEndian: true },
  alaw: { encoding: 'alaw', bigEndian: true },
  ALAW: { encoding: 'alaw', bigEndian: true },
  ulaw: { encoding: 'mulaw', bigEndian: true },
  ULAW: { encoding: 'mulaw', bigEndian: true },
};

/** What a COMM chunk says. */
interface Common extends WaveFormat {
  readonly bigEndian: boolean;
  readonly frames: number;
}

/** An 80-bit extended float, sign aside (IEEE 754 double extended as the 68881 stores it), to the nearest whole number. */
function extended(view: DataView, at: number): number {
  const exponent = (view.getUint16(at) & 0x7fff) - 16383;
  return Math.round(
    view.getUint32(at + 2) * 2 ** (exponent - 31) + view.getUint32(at + 6) * 2 ** (exponent - 63),
  );
}

function readCommon(bytes: Uint8Array): Common {
  if (bytes.length < 18) throw inputError(`AIFF "COMM" chunk has ${bytes.length} bytes, expected 18 or more`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const type = bytes.length < COMM_MAX_BYTES ? 'NONE' : textOf(bytes, 18, 22);
  const compression = Object.hasOwn(COMPRESSIONS, type) ? COMPRESSIONS[type] : undefined;
  if (!compression) {
    const allowed = Object.keys(COMPRESSIONS).map((name) => `"${name}"`);
    throw inputError(`AIFF-C compression ${JSON.stringify(type)}, expected one of ${allowed.join(', ')}`);
  }
  const bits = view.getUint16(6);
  const encoding = compression.encoding ?? INTEGERS[Math.ceil(bits / 8) - 1];
  if (encoding === undefined) throw inputError(`AIFF has ${bits}-bit samples, expected 1 to 32 bits`);
  const shape = { sampleRate: extended(view, 8), channels: view.getUint16(0), encoding };
  return {
    ...readableFormat('AIFF', shape),
    bigEndian: compression.bigEndian,
    frames: view.getUint32(2),
  };
}

/** The audio's size by its chunk, or by the frames in COMM where they say less. */
function dataSize({ format, encoding, frames }: Common, chunkBytes: number): DataSize {
  const frameBytes = format.channels * STORED[encoding].bytes;
  const exact = chunkBytes > 0 && chunkBytes + frameBytes <= SMALLEST_PLACEHOLDER;
  const bytes = exact && frames > 0 ? Math.min(chunkBytes, frames * frameBytes) : chunkBytes;
  return { bytes, exact, chunkBytes, bytesBehind: 0 };
}

/** Takes what a chunk says of the audio. */
function* takeMetadata(
  cursor: HeaderCursor,
  metadata: MetadataIntake,
  id: string,
  size: number,
): HeaderSteps<void> {
  const place = `inside its "${id}" chunk`;
  if (id === 'ID3 ' && metadata.wants(id, size)) metadata.keep('id3 ', yield* cursor.take(size, place));
  if (!Object.hasOwn(TEXTS, id) || !metadata.fits(id, size)) return;
  metadata.keepText(TEXTS[id], yield* cursor.take(size, place));
}

function* behind(
  cursor: HeaderCursor,
  { data }: ContainerHeader,
  metadata: MetadataIntake,
): HeaderSteps<void> {
  yield* cursor.skip(data.chunkBytes, 'inside its audio');
  yield* chunksBehind(cursor, data.chunkBytes % 2 === 1, true, (id, size) =>
    takeMetadata(cursor, metadata, id, size),
  );
}

function* read(start: Uint8Array, cursor: HeaderCursor): HeaderSteps<ContainerHeader> {
  const metadata = new MetadataIntake(true);
  const walk = { name: textOf(start, 8) === 'AIFC' ? 'AIFF-C' : 'AIFF', bigEndian: true, last: 'SSND' };
  let common: Common | null = null;
  for (let odd = false; ; ) {
    const { id, size }: ChunkHead = yield* nextChunk(cursor, odd, walk);
    const place = `inside its "${id}" chunk`;
    const end = cursor.position + size;
    odd = size % 2 === 1;
    if (id === 'SSND') {
      if (!common)
        throw inputError('AIFF has its "SSND" chunk before its "COMM" chunk, so its samples are unknown');
      const head = yield* cursor.take(8, place);
      const offset = new DataView(head.buffer, head.byteOffset).getUint32(0);
      yield* cursor.skip(offset, place);
      // ffmpeg leaves the size 0 on a pipe, SoX counts the 8 bytes in.
      const data = dataSize(common, Math.max(0, size - 8 - offset));
      const { format, encoding, channelMask, bigEndian } = common;
      return {
        format,
        encoding,
        channelMask,
        container: 'aiff',
        bigEndian,
        data,
        ...metadata.result(),
      };
    }
    if (id === 'COMM') common = readCommon(yield* cursor.take(Math.min(size, COMM_MAX_BYTES), place));
    else yield* takeMetadata(cursor, metadata, id, size);
    yield* cursor.skip(end - cursor.position, place);
  }
}

/** AIFF, and AIFF-C with samples that are not compressed. */
export const aiff: Container = {
  name: 'AIFF',
  begins: (start) => {
    const form = textOf(start, 8, 12);
    return 'FORM'.startsWith(textOf(start, 0, 4)) && ['AIFF', 'AIFC'].some((id) => id.startsWith(form));
  },
  read,
  behind,
};
