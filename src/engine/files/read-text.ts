import { open } from 'node:fs/promises';

/** Reads a text file, a pipe or a device of at most `maxBytes`; null where there is more, which is not kept. */
export async function readText(path: string, maxBytes: number): Promise<string | null> {
  const file = await open(path);
  try {
    const pieces: Uint8Array[] = [];
    let total = 0;
    for await (const piece of file.createReadStream({ autoClose: false, end: maxBytes })) {
      pieces.push(piece);
      total += piece.length;
    }
    return total > maxBytes ? null : Buffer.concat(pieces).toString('utf8');
  } finally {
    await file.close();
  }
}
