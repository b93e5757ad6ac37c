import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { codecInput, decodedStream } from '../../../src/engine/files/codec-input.ts';
import { id3Tag } from './id3-tag.ts';

const folder = mkdtempSync(join(tmpdir(), 'auralis-tagged-'));
afterAll(() => rmSync(folder, { recursive: true }));

const wav = Buffer.concat([Buffer.from('RIFF\xff\xff\xff\xffWAVEfmt ', 'latin1'), Buffer.alloc(300, 7)]);
const pieces = (bytes: Buffer, size: number): Buffer[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) => bytes.subarray(n * size, (n + 1) * size));
const read = async (input: Readable): Promise<Buffer> => Buffer.concat(await input.toArray());

describe('an ID3 tag in front of a WAV', () => {
  it.each([1, 7, 64, 100_000])('is passed over in a stream of %i bytes a piece', async (size) => {
    const input = Readable.from(pieces(Buffer.concat([id3Tag(900), wav]), size), { objectMode: false });
    expect(await read(await decodedStream(input))).toEqual(wav);
  });

  it('is passed over with a foot and another tag behind it', async () => {
    const input = Readable.from([Buffer.concat([id3Tag(40, true), id3Tag(5000), wav])], {
      objectMode: false,
    });
    expect(await read(await decodedStream(input))).toEqual(wav);
  });

  it('makes a named file no MP3: it is read as it is', () => {
    const path = join(folder, 'tagged.wav');
    writeFileSync(path, Buffer.concat([id3Tag(900), wav]));
    expect(codecInput(path)).toBeNull();
  });

  it('that is cut off leaves a stream without a byte', async () => {
    const input = Readable.from([id3Tag(900).subarray(0, 500)], { objectMode: false });
    expect(await read(await decodedStream(input))).toHaveLength(0);
  });
});
