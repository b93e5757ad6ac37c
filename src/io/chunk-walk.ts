import { inputError } from '../audio/errors.ts';
import { describeStart, isPrintable } from './file-signature.ts';
import { type HeaderCursor, type HeaderSteps, textOf } from './header-steps.ts';

/** Where a chunk of a RIFF or an IFF begins. */
export interface ChunkHead {
  readonly id: string;
  /** Bytes of its body, without a pad byte. */
  readonly size: number;
}

/** Ids by which the start of a chunk is told from a pad byte that could be a part of it. */
const KNOWN_IDS = new Set([
  'fmt ', 'data', 'fact', 'LIST', 'JUNK', 'junk', 'bext', 'iXML', 'cart', 'id3 ', 'ID3 ', 'PAD ', 'FLLR', 'ds64',
  'cue ', 'smpl', 'inst', 'PEAK', 'DISP', 'axml', 'chna', 'umid', 'minf', 'elm1', 'regn', 'acid', '_PMX', 'levl',
  'COMM', 'SSND', 'FVER', 'MARK', 'INST', 'COMT', 'NAME', 'AUTH', '(c) ', 'ANNO', 'APPL', 'CHAN',
]); // biome-ignore format: one table

/**
 * Whether the first of five bytes behind an odd chunk is its pad byte, which many writers leave out. Most pads are 0;
 * one that is not is told by the id that it stands before.
 */
function isPad(five: Uint8Array): boolean {
  if (KNOWN_IDS.has(textOf(five, 1, 5))) return true;
  if (KNOWN_IDS.has(textOf(five, 0, 4))) return false;
  // An id is printable; what follows it is the low byte of a size, or its high one.
  return !five.subarray(0, 4).every(isPrintable) || isPrintable(five[4]);
}

/** Goes through the chunks behind the audio, one that is odd if `afterOdd`; `take` may look at a body. Ends with the file. */
export function* chunksBehind(
  cursor: HeaderCursor,
  afterOdd: boolean,
  bigEndian: boolean,
  take: (id: string, size: number) => HeaderSteps<void>,
): HeaderSteps<never> {
  for (let odd = afterOdd; ; ) {
    const { id, size } = yield* nextChunk(cursor, odd, { name: 'file', bigEndian, last: '' });
    const end = cursor.position + size;
    odd = size % 2 === 1;
    yield* take(id, size);
    yield* cursor.skip(end - cursor.position, `inside its "${id}" chunk`);
  }
}

interface ChunkWalkOptions {
  readonly name: string;
  readonly bigEndian: boolean;
  /** Id of the chunk with the audio. */
  readonly last: string;
}

/** Reads the head of the next chunk, behind one that was odd if `afterOdd`. */
export function* nextChunk(
  cursor: HeaderCursor,
  afterOdd: boolean,
  { name, bigEndian, last }: ChunkWalkOptions,
): HeaderSteps<ChunkHead> {
  const place = `before its "${last}" chunk`;
  const head = new Uint8Array(8);
  let filled = 0;
  if (afterOdd) {
    const five = yield* cursor.take(5, place);
    const begun = five.subarray(isPad(five) ? 1 : 0);
    head.set(begun);
    filled = begun.length;
  }
  head.set(yield* cursor.take(8 - filled, place), filled);
  if (!head.subarray(0, 4).every(isPrintable)) {
    const found = describeStart(head.subarray(0, 4));
    throw inputError(
      `${name} header damaged: found ${found} at byte ${cursor.position - 8}, expected a chunk id`,
    );
  }
  return { id: textOf(head, 0, 4), size: new DataView(head.buffer).getUint32(4, !bigEndian) };
}
