import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { codecOf, SIGNATURE_BYTES } from '../io/codec-signature.ts';
import { decodeCodec } from '../io/decode-codec.ts';
import { encodeWav } from '../io/encode-wav.ts';
import { ffmpegReader } from './ffmpeg-process.ts';

/** Bytes that are decoded at a time; the decoders give all that is in them at once. */
const READ_BYTES = 16 * 1024;

/** The samples of a file in a codec of our own, as the bytes of a WAV. */
async function* decodedWav(
  source: Readable,
  codec: Parameters<typeof decodeCodec>[1],
): AsyncGenerator<Buffer, void, void> {
  const { sampleFormat, announcedFrames, blocks } = await decodeCodec(source, codec);
  const known = announcedFrames === null ? {} : { frames: announcedFrames };
  yield* Readable.from(blocks, { highWaterMark: 1 }).compose(
    encodeWav({ sampleFormat, dither: 'none', ...known }),
  );
}

/** The first bytes of a file. */
function startOf(path: string): Uint8Array {
  const start = new Uint8Array(SIGNATURE_BYTES);
  const fd = openSync(path, 'r');
  try {
    return start.subarray(0, readSync(fd, start, 0, SIGNATURE_BYTES, 0));
  } finally {
    closeSync(fd);
  }
}

/**
 * A file in another codec as the bytes of a WAV, told by its first bytes; null for one that is read as it is. FLAC, MP3 and Ogg Vorbis are
 * decoded here, the same on every machine; the others by an installed ffmpeg.
 */
export function codecInput(path: string): Readable | null {
  // A pipe must not be opened twice, and can't be looked into.
  if (!statSync(path).isFile()) return null;
  const codec = codecOf(startOf(path));
  if (codec === null) return null;
  const { decoder, name } = codec;
  if (decoder === 'other') return ffmpegReader(path, name);
  const source = createReadStream(path, { highWaterMark: READ_BYTES });
  return Readable.from(decodedWav(source, { decoder, name }), { objectMode: false, highWaterMark: 1 });
}
