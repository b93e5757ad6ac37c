import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { inputError } from '../../audio/errors.ts';
import { CodecFindings } from '../../io/codec-findings.ts';
import { type Codec, codecBehindTag, codecOf, id3Bytes, SIGNATURE_BYTES } from '../../io/codec-signature.ts';
import { decodeCodec } from '../../io/decode-codec.ts';
import { encodeWav } from '../../io/encode-wav.ts';
import { containerOf, unknownStart } from '../../io/header-reader.ts';
import { ffmpegReader } from './ffmpeg-reader.ts';
import { type FileCalls, pooledCalls } from './file-calls.ts';
import { rotatingReader } from './rotating-reader.ts';

/** Bytes of a stream that are looked at; one that has just begun is not kept waiting for more. */
const PEEK_BYTES = 64;

/** What is read of a stream beside plain samples. */
const OWN_CODECS = ['FLAC', 'MP3', 'Ogg Vorbis'];

/** Bytes that are decoded at a time; the decoders give all that is in them at once. */
const READ_BYTES = 16 * 1024;

/** The samples of a file in another codec, as the bytes of a WAV. */
interface DecodedWav extends Readable {
  readonly findings: CodecFindings;
}

/** What was found wrong with what a stream is decoded from; undefined for any other stream. */
const findingsOf = (stream: Readable | DecodedWav): CodecFindings | undefined =>
  'findings' in stream ? stream.findings : undefined;

/** One line for each thing that is wrong with what a stream is decoded from, as far as it has been read. */
export const codecWarnings = (stream: Readable): readonly string[] => [
  ...(findingsOf(stream)?.describe() ?? []),
];

/** Places where what a stream is decoded from is damaged, as far as it has been read. */
export const damagedPlaces = (stream: Readable): number => findingsOf(stream)?.places ?? 0;

type OwnCodec = Parameters<typeof decodeCodec>[1];

function decodedWav(source: AsyncIterable<Uint8Array>, codec: OwnCodec): DecodedWav {
  const findings = new CodecFindings();
  async function* wavBytes(): AsyncGenerator<Buffer, void, void> {
    const decoded = await decodeCodec(source, codec, findings);
    const { sampleFormat, announcedFrames, blocks } = decoded;
    const known = announcedFrames === null ? {} : { frames: announcedFrames };
    yield* Readable.from(blocks, { highWaterMark: 1 }).compose(
      encodeWav({ sampleFormat, dither: 'none', ...known }),
    );
  }
  const wav = Readable.from(wavBytes(), { objectMode: false, highWaterMark: 1 });
  return Object.assign(wav, { findings });
}

/** What the first bytes of a file say that it is, or those behind ID3 tags; and where they stand. */
function codecOfFile(path: string): { readonly codec: Codec | null; readonly begins: number } {
  const bytes = new Uint8Array(SIGNATURE_BYTES);
  const fd = openSync(path, 'r');
  try {
    for (let begins = 0; ; ) {
      const start = bytes.subarray(0, readSync(fd, bytes, 0, SIGNATURE_BYTES, begins));
      const tagBytes = id3Bytes(start);
      if (tagBytes === 0) return { codec: begins > 0 ? codecBehindTag(start) : codecOf(start), begins };
      begins += tagBytes;
    }
  } finally {
    closeSync(fd);
  }
}

/**
 * A file in another codec as the bytes of a WAV, told by its first bytes; null for one that is read as it is. FLAC, MP3 and Ogg Vorbis are
 * decoded here, the same on every machine; the others by an installed ffmpeg.
 */
export function codecInput(path: string, calls: FileCalls = pooledCalls): Readable | null {
  // A pipe must not be opened twice, and can't be looked into.
  if (!statSync(path).isFile()) return null;
  const { codec, begins } = codecOfFile(path);
  if (codec === null) return null;
  const { decoder, name } = codec;
  if (decoder === 'other') return ffmpegReader(path, name);
  return decodedWav(behind(begins, filePieces(path, calls)), { decoder, name });
}

/** Opens a file when the first piece of it is wanted. */
async function* filePieces(path: string, calls: FileCalls): AsyncGenerator<Uint8Array, void, void> {
  yield* ownPieces(rotatingReader(openSync(path, 'r'), 'file', { calls }));
}

/** Bytes of a stream in pieces of their own: a decoder keeps what it has not used, and a reader uses its buffers again. */
async function* ownPieces(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; at += READ_BYTES) yield chunk.slice(at, at + READ_BYTES);
  }
}

/** What comes behind the first `bytes` of a stream. */
async function* behind(
  bytes: number,
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  let left = bytes;
  for await (const piece of pieces) {
    if (left < piece.length) yield piece.subarray(left);
    left = Math.max(0, left - piece.length);
  }
}

/** The beginning of a stream. */
interface Beginning {
  /** The first bytes behind the tags, up to those of a signature. */
  readonly start: Uint8Array;
  readonly tagged: boolean;
  /** The stream, with `start` put back and without the tags. */
  readonly whole: Readable;
}

/** Looks at the first bytes of a stream, behind the ID3 tags in front of it, and puts them back. */
function peek(input: Readable, signal: AbortSignal | undefined): Promise<Beginning> {
  return new Promise((resolve) => {
    let start: Uint8Array = new Uint8Array(0);
    let tagged = false;
    /** Bytes of a tag that are still to come. */
    let tagBytes = 0;
    const settle = (): void => {
      input.off('end', settle).off('close', settle).off('error', settle).off('readable', take);
      signal?.removeEventListener('abort', settle);
      const { readableEnded } = input;
      // At once, or a stream that has no more would end without them.
      if (!readableEnded && !input.destroyed && start.length > 0) input.unshift(start);
      resolve({
        start,
        tagged,
        whole: readableEnded ? Readable.from([start], { objectMode: false }) : input,
      });
    };
    const passTags = (): void => {
      do {
        const passed = Math.min(tagBytes, start.length);
        start = start.subarray(passed);
        tagBytes = tagBytes - passed || id3Bytes(start);
        tagged ||= tagBytes > 0;
      } while (tagBytes > 0 && start.length > 0);
    };
    const take = (): void => {
      const chunk: Uint8Array | null = input.read();
      if (chunk === null) return;
      start = start.length === 0 ? chunk : Buffer.concat([start, chunk]);
      passTags();
      if (start.length >= PEEK_BYTES) settle();
    };
    input.on('end', settle).on('close', settle).on('error', settle).on('readable', take);
    signal?.addEventListener('abort', settle, { once: true });
    if (input.destroyed || signal?.aborted) settle();
  });
}

/**
 * A stream as the bytes of a WAV, where its first bytes are those of FLAC, MP3 or Ogg Vorbis; else the stream itself.
 * @throws AuralisError of kind `input` for another codec, which ffmpeg would need a file for, and for no audio
 */
export async function decodedStream(input: Readable, signal?: AbortSignal): Promise<Readable> {
  const { start, tagged, whole } = await peek(input, signal);
  const codec = tagged ? codecBehindTag(start) : codecOf(start);
  if (codec === null) {
    if (start.length < PEEK_BYTES || containerOf(start)) return whole;
    throw unknownStart(start, OWN_CODECS);
  }
  const { decoder, name } = codec;
  if (decoder === 'other') {
    throw inputError(
      `${name} is not decoded from a pipe: name the file, or put "ffmpeg -i - -f wav - |" in front`,
    );
  }
  return decodedWav(ownPieces(whole), { decoder, name });
}
