import { inputError } from '../audio/errors.ts';
import { readableFormat } from './fmt-chunk.ts';
import {
  type Container,
  type ContainerHeader,
  type HeaderCursor,
  type HeaderSteps,
  textOf,
} from './header-steps.ts';
import { STORED, type StoredEncoding } from './sample-format.ts';

/** Sun's and DEC's, and both as a machine of the other byte order writes them; SoX knows all four. */
const BIG = ['.snd', '.sd\0'];
const LITTLE = ['dns.', '\0ds.'];
const HEADER_BYTES = 24;
const NO_SIZE = 0xffffffff;

/** Encodings by their number (Sun, audio_filehdr.h). */
const ENCODING_NUMBERS: Readonly<Record<number, StoredEncoding>> = {
  1: 'mulaw',
  2: 's8',
  3: 's16',
  4: 's24',
  5: 's32',
  6: 'f32',
  7: 'f64',
  27: 'alaw',
};

function* read(start: Uint8Array, cursor: HeaderCursor): HeaderSteps<ContainerHeader> {
  const bigEndian = BIG.includes(textOf(start, 0, 4));
  const head = new Uint8Array(HEADER_BYTES);
  head.set(start);
  head.set(yield* cursor.take(HEADER_BYTES - start.length, 'inside its header'), start.length);
  const view = new DataView(head.buffer);
  const [offset, size, number, rate, channels] = [4, 8, 12, 16, 20].map((at) =>
    view.getUint32(at, !bigEndian),
  );
  if (offset < HEADER_BYTES) throw inputError(`AU data offset ${offset}, expected 24 or more`);
  const encoding = ENCODING_NUMBERS[number];
  if (encoding === undefined) {
    const allowed = Object.entries(ENCODING_NUMBERS).map(([n, name]) => `${n} (${name})`);
    throw inputError(`AU encoding ${number}, expected one of ${allowed.join(', ')}`);
  }
  const wave = readableFormat('AU', { sampleRate: rate, channels, encoding });
  yield* cursor.skip(offset - HEADER_BYTES, 'inside its annotation');
  const exact = size !== NO_SIZE && size > 0;
  const bytes = size === NO_SIZE ? Number.POSITIVE_INFINITY : size;
  const frameBytes = channels * STORED[encoding].bytes;
  const whole = exact ? bytes - (bytes % frameBytes) : bytes;
  const data = { bytes: whole, exact, chunkBytes: bytes, bytesBehind: 0 };
  return { ...wave, container: 'au', bigEndian, data, metadata: [], warnings: [] };
}

/** Sun and NeXT audio, the format of SoX pipes; also with its bytes turned round, as DEC machines wrote it. */
export const au: Container = {
  name: 'AU',
  begins: (start) => [...BIG, ...LITTLE].some((magic) => magic.startsWith(textOf(start, 0, 4))),
  read,
  behind: null,
};
