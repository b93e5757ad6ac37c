import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { audioFormat } from '../../src/audio/format.ts';
import { decodeWav } from '../../src/io/decode-wav.ts';
import { encodeWav } from '../../src/io/encode-wav.ts';
import { stages } from '../../src/stages/registry.ts';
import { stageFactory } from '../../src/stages/stage-transform.ts';
import { programme } from '../support/signals.ts';
import { amount } from '../support/thorough.ts';

/** All bytes of a stream. */
async function bytesOf(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}

const FORMAT = audioFormat(44100, 2);
const channels = programme(2, 90_000, 1);
const wav = await bytesOf(
  Readable.from([{ format: FORMAT, start: 0, frames: 90_000, channels }]).pipe(
    encodeWav({ sampleFormat: 's24', frames: 90_000 }),
  ),
);

/** Cuts bytes into pieces of the given sizes, in turn. */
function* cut(bytes: Buffer, sizes: readonly number[]): Generator<Buffer> {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length];
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

// Small pieces, which cost a call each, only for the first part; 1 MB takes the whole file at once.
const pieces = fc.array(
  fc.oneof(
    fc.integer({ min: 1, max: 8 }).map((size) => [...Array(64).fill(size), 60_000]),
    fc.integer({ min: 1000, max: 1_000_000 }).map((size) => [size]),
  ),
  { minLength: 1, maxLength: 3 },
);

// A stage that changes the rate breaks the promise of length by design; test/graph/rates.test.ts holds it to its own.
const keepingRate = stages.filter(({ changesRate }) => !changesRate);

describe.each(keepingRate.map((stage) => [stage.name, stage] as const))('%s', (_name, stage) => {
  it('gives the same bytes from WAV to WAV whatever the chunks, from 1 byte to 1 MB', async () => {
    const through = (sizes: readonly number[]): Promise<Buffer> =>
      bytesOf(
        Readable.from(cut(wav, sizes))
          .pipe(decodeWav())
          .pipe(stageFactory(stage)(stage.exercise))
          .pipe(encodeWav({ sampleFormat: 's16', frames: 90_000 })),
      );
    const whole = await through([wav.length]);
    expect(whole.length).toBe(44 + 90_000 * 4);
    await fc.assert(
      fc.asyncProperty(pieces, async (sizes) => {
        expect((await through(sizes.flat())).equals(whole)).toBe(true);
      }),
      { numRuns: amount(3, 6) },
    );
  });
});
