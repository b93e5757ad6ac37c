import { inputError } from '../audio/errors.ts';
import { type ChunkHead, chunksBehind, nextChunk } from './chunk-walk.ts';
import { FMT_MAX_BYTES, readFmtChunk, type WaveFormat } from './fmt-chunk.ts';
import {
  type Container,
  type ContainerHeader,
  type DataSize,
  type HeaderCursor,
  type HeaderSteps,
  textOf,
  UNKNOWN_SIZE,
} from './header-steps.ts';
import { MetadataIntake } from './metadata-intake.ts';
import { STORED } from './sample-format.ts';

/**
 * Sizes from here up stand for "not known": SoX writes this one, cut to whole frames, arecord 2^31 - 1 and 2^31,
 * ffmpeg 2^32 - 1.
 */
const SMALLEST_PLACEHOLDER = 0x7ffff000;
const NO_SIZE = 0xffffffff;
/** RIFF size, data size and sample count, 64 bits each, then the table's length (EBU Tech 3306, 3.4). */
const DS64_BYTES = 28;
const FORMS = ['RIFF', 'RIFX', 'RF64', 'BW64'];

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** The 64-bit size of the audio in a ds64 chunk, or null where it is too short for one. */
function longSize(ds64: Uint8Array): number | null {
  if (ds64.length < 16) return null;
  const view = viewOf(ds64);
  return view.getUint32(8, true) + view.getUint32(12, true) * 2 ** 32;
}

/** What the sizes of the `data` chunk, of a ds64 chunk and of what the RIFF size covers say together. */
function dataSize(size: number, long: number | null, frameBytes: number, covered: number): DataSize {
  if (long !== null && (size === NO_SIZE || size === 0)) {
    const known = Number.isSafeInteger(long);
    const bytes = known ? long : Number.POSITIVE_INFINITY;
    return { bytes, exact: known && long > 0, chunkBytes: bytes, bytesBehind: 0 };
  }
  if (size === NO_SIZE) return UNKNOWN_SIZE;
  const exact = size > 0 && size + frameBytes <= SMALLEST_PLACEHOLDER;
  return { bytes: size, exact, chunkBytes: size, bytesBehind: Math.max(0, covered - size) };
}

function* read(start: Uint8Array, cursor: HeaderCursor): HeaderSteps<ContainerHeader> {
  const bigEndian = textOf(start, 0, 4) === 'RIFX';
  const riffEnd = viewOf(start).getUint32(4, !bigEndian) + 8;
  const walk = { name: 'WAV', bigEndian, last: 'data' };
  // The numbers in RIFX metadata would have to be turned round one by one.
  const metadata = new MetadataIntake(!bigEndian);
  let wave: WaveFormat | null = null;
  let long: number | null = null;
  for (let odd = false; ; ) {
    const { id, size }: ChunkHead = yield* nextChunk(cursor, odd, walk);
    const place = `inside its "${id}" chunk`;
    const end = cursor.position + size;
    odd = size % 2 === 1;
    if (id === 'data') {
      if (!wave)
        throw inputError('WAV has its "data" chunk before its "fmt " chunk, so its samples are unknown');
      const frameBytes = wave.format.channels * STORED[wave.encoding].bytes;
      const data = dataSize(size, long, frameBytes, riffEnd - cursor.position);
      return { ...wave, container: 'wav', bigEndian, data, ...metadata.result() };
    }
    if (id === 'fmt ') {
      wave = readFmtChunk(yield* cursor.take(Math.min(size, FMT_MAX_BYTES), place), bigEndian);
    } else if (id === 'ds64') {
      long = longSize(yield* cursor.take(Math.min(size, DS64_BYTES), place));
    } else if (metadata.wants(id, size)) {
      metadata.keep(id, yield* cursor.take(size, place));
    }
    yield* cursor.skip(end - cursor.position, place);
  }
}

function* behind(
  cursor: HeaderCursor,
  { bigEndian, data }: ContainerHeader,
  metadata: MetadataIntake,
): HeaderSteps<void> {
  if (bigEndian) return;
  yield* cursor.skip(data.chunkBytes, 'inside its audio');
  yield* chunksBehind(cursor, data.chunkBytes % 2 === 1, false, function* (id, size) {
    if (metadata.wants(id, size)) metadata.keep(id, yield* cursor.take(size, `inside its "${id}" chunk`));
  });
}

/** RIFF, RIFX, RF64 and BW64: chunks in any order, skipped as they pass, odd ones with or without their pad byte. */
export const wav: Container = {
  name: 'WAV',
  begins: (start) => {
    const id = textOf(start, 0, 4);
    return FORMS.some((form) => form.startsWith(id)) && 'WAVE'.startsWith(textOf(start, 8, 12));
  },
  read,
  behind,
};
