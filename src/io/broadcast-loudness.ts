import type { MetadataChunk } from './metadata-chunk.ts';

/** What a broadcast wave says of its loudness: LUFS, LU, dBTP; what is not finite is not known. */
export interface BroadcastLoudness {
  readonly integrated: number;
  /** Null where there is none. */
  readonly range: number | null;
  readonly highestTruePeak: number;
  readonly momentaryMax: number;
  readonly shortTermMax: number;
}

/** Places in a bext chunk (EBU Tech 3285, version 2): of its version, and of five 16-bit numbers from the loudness on. */
const VERSION_AT = 346;
const LOUDNESS_AT = 412;
const LOUDNESS_END = 422;
/** The version that has them. */
const WITH_LOUDNESS = 2;
/** A value that is not in use; those that are lie within -99.99 and 99.99, in hundredths. */
const UNUSED = 0x7fff;
const MOST = 9999;

const hundredths = (value: number): number => {
  const rounded = Math.round(100 * value);
  return Math.abs(rounded) <= MOST ? rounded : UNUSED;
};

/** In the order of the document. */
function valuesOf(loudness: BroadcastLoudness | null): readonly number[] {
  if (loudness === null) return new Array<number>(5).fill(Number.NaN);
  const { integrated, range, highestTruePeak, momentaryMax, shortTermMax } = loudness;
  return [integrated, range ?? Number.NaN, highestTruePeak, momentaryMax, shortTermMax];
}

/**
 * Metadata whose `bext` says the loudness of what goes out. Where that is null, because it is not known when the header is
 * written, a chunk that has the numbers says so, and one of an older version stays as it is: a number that was
 * true of the input is never passed on.
 */
export function withLoudness(
  chunks: readonly MetadataChunk[],
  loudness: BroadcastLoudness | null,
): readonly MetadataChunk[] {
  return chunks.map((chunk) => {
    if (chunk.id !== 'bext' || chunk.body.length < LOUDNESS_END) return chunk;
    const body = chunk.body.slice();
    const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
    const version = view.getUint16(VERSION_AT, true);
    if (loudness === null && version < WITH_LOUDNESS) return chunk;
    view.setUint16(VERSION_AT, Math.max(version, WITH_LOUDNESS), true);
    valuesOf(loudness).forEach((value, n) => {
      view.setInt16(LOUDNESS_AT + 2 * n, hundredths(value), true);
    });
    return { id: chunk.id, body };
  });
}
