import { AuralisError } from '../audio/errors.ts';
import { containerOf, readHeader } from './header-reader.ts';
import { HeaderCursor, type HeaderSteps } from './header-steps.ts';
import type { MetadataChunk } from './metadata-chunk.ts';
import { MetadataIntake } from './metadata-intake.ts';

/** Gives the bytes of a file from a place on, fewer where it ends. */
export type ReadAt = (position: number, bytes: number) => Uint8Array;

/** Steps after which a file is left that has nothing but chunks. */
const MOST_STEPS = 1000;

/** Takes a reader's steps on a file that can be read anywhere; null where the file ends first, or there are too many. */
function walk<T>(steps: HeaderSteps<T>, cursor: HeaderCursor, readAt: ReadAt): T | null {
  let result = steps.next();
  for (let n = 0; n < MOST_STEPS && !result.done; n++) {
    const { bytes, kept } = result.value;
    const got = kept ? readAt(cursor.position, bytes) : new Uint8Array(0);
    if (kept && got.length < bytes) return null;
    result = steps.next(got);
  }
  return result.done ? result.value : null;
}

/**
 * The metadata that stands behind the audio of a file, where a stream would come to it too late. None where the header
 * does not say where the audio ends; what is wrong with the file is told by whoever reads its audio.
 */
export function metadataBehind(readAt: ReadAt): readonly MetadataChunk[] {
  const cursor = new HeaderCursor();
  const metadata = new MetadataIntake(true);
  try {
    const behind = containerOf(readAt(0, 12))?.behind;
    const header = behind ? walk(readHeader(cursor), cursor, readAt) : null;
    if (behind && header?.data.exact) walk(behind(cursor, header, metadata), cursor, readAt);
  } catch (error) {
    if (!(error instanceof AuralisError)) throw error;
  }
  return metadata.result().metadata;
}
