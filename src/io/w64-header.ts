import { inputError } from '../audio/errors.ts';
import { describeStart, isPrintable } from './file-signature.ts';
import { FMT_MAX_BYTES, readFmtChunk, type WaveFormat } from './fmt-chunk.ts';
import {
  type Container,
  type ContainerHeader,
  type HeaderCursor,
  type HeaderSteps,
  textOf,
} from './header-steps.ts';
import { MetadataIntake } from './metadata-intake.ts';

/** A chunk begins with a GUID and a 64-bit size that counts both (Sony Pictures Digital, "Wave64"). */
const HEAD_BYTES = 24;
/** What follows `riff` in its GUID, and what follows the four letters of every other. */
const RIFF_GUID = '\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00';
const CHUNK_GUID = '\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a';

/** The list of entries of LIST/INFO, with texts in UTF-16. */
const SUMMARY_GUID = '\xbc\x94\x5f\x92\x5a\x52\xd2\x11\x86\xdc\x00\xc0\x4f\x8e\xdb\x8a';

/** Takes the entries of a summary list: their number, then an id, a size and a text each. */
function keepSummary(metadata: MetadataIntake, body: Uint8Array): void {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  for (let at = 4; at + 8 <= bytes.length; ) {
    const id = bytes.subarray(at, at + 4);
    const size = bytes.readUInt32LE(at + 4);
    if (!id.every(isPrintable)) return;
    const text = bytes.toString('utf16le', at + 8, Math.min(bytes.length, at + 8 + size));
    metadata.keepText(id.toString('latin1'), Buffer.from(text));
    at += 8 + size;
  }
}

/** The 64-bit size of a chunk's body; Infinity where it is no size that a file can have. */
function bodyBytes(head: Uint8Array): number {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const size = view.getUint32(16, true) + view.getUint32(20, true) * 2 ** 32;
  return Number.isSafeInteger(size) ? size - HEAD_BYTES : Number.POSITIVE_INFINITY;
}

function* read(start: Uint8Array, cursor: HeaderCursor): HeaderSteps<ContainerHeader> {
  const place = 'before its "data" chunk';
  const rest = yield* cursor.take(28, place);
  const riff = textOf(start, 4) + textOf(rest, 0, 4);
  if (riff !== RIFF_GUID || textOf(rest, 12) !== `wave${CHUNK_GUID}`) {
    throw inputError('Wave64 header damaged: its GUIDs are not those of Wave64');
  }
  const metadata = new MetadataIntake(true);
  let wave: WaveFormat | null = null;
  for (;;) {
    const at = cursor.position;
    const head = yield* cursor.take(HEAD_BYTES, place);
    const id = textOf(head, 0, 4);
    const known = textOf(head, 4, 16) === CHUNK_GUID;
    const size = bodyBytes(head);
    if (known && id === 'data') {
      if (!wave)
        throw inputError('Wave64 has its "data" chunk before its "fmt " chunk, so its samples are unknown');
      const exact = size > 0 && size < Number.POSITIVE_INFINITY;
      const bytes = Math.max(0, size);
      const data = { bytes, exact, chunkBytes: bytes, bytesBehind: 0 };
      return { ...wave, container: 'w64', bigEndian: false, data, ...metadata.result() };
    }
    if (size < 0 || size === Number.POSITIVE_INFINITY) {
      throw inputError(`Wave64 header damaged: no chunk of that size can stand at byte ${at}`);
    }
    const inside = `inside its ${describeStart(head.subarray(0, 4))} chunk`;
    if (known && id === 'fmt ') {
      wave = readFmtChunk(yield* cursor.take(Math.min(size, FMT_MAX_BYTES), inside), false);
    } else if (textOf(head, 0, 16) === SUMMARY_GUID && metadata.fits('summary list', size)) {
      keepSummary(metadata, yield* cursor.take(size, inside));
    }
    // The next chunk begins at a multiple of 8 bytes.
    yield* cursor.skip(at + Math.ceil((HEAD_BYTES + size) / 8) * 8 - cursor.position, inside);
  }
}

/** Sony Wave64: WAV with 64-bit sizes. */
export const w64: Container = {
  name: 'Wave64',
  begins: (start) => 'riff'.startsWith(textOf(start, 0, 4)),
  read,
  behind: null,
};
