import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { metadataBehind } from '../../io/metadata-behind.ts';
import type { MetadataChunk } from '../../io/metadata-chunk.ts';

/** The metadata behind the audio of a file; none of a pipe, which can't be looked into, and of a file that is no such container. */
export function fileMetadata(path: string): readonly MetadataChunk[] {
  const stats = statSync(path);
  if (!stats.isFile()) return [];
  const fd = openSync(path, 'r');
  try {
    return metadataBehind((position, bytes) => {
      const there = new Uint8Array(Math.max(0, Math.min(bytes, stats.size - position)));
      return there.length === 0 ? there : there.subarray(0, readSync(fd, there, 0, there.length, position));
    });
  } finally {
    closeSync(fd);
  }
}
