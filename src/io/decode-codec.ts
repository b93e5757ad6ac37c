import type { OggVorbisDecodedAudio } from '@wasm-audio-decoders/ogg-vorbis';
import type { AudioBlock } from '../audio/block.ts';
import { inputError } from '../audio/errors.ts';
import { audioFormat } from '../audio/format.ts';
import type { Codec } from './codec-signature.ts';
import { decodeFlac } from './decode-flac.ts';
import { mp3Frames } from './mp3-length.ts';
import { OggEnd } from './ogg-end.ts';
import type { SampleEncoding } from './sample-format.ts';
import { withoutWords } from './without-words.ts';

/** Blocks of decoded audio and the samples that hold them without loss. */
export interface DecodedCodec {
  readonly sampleFormat: SampleEncoding;
  /** Frames that the file announces, or null when it does not. */
  readonly announcedFrames: number | null;
  readonly blocks: AsyncIterable<AudioBlock>;
}

/** What every decoder gives for some bytes. */
interface Decoded {
  readonly channelData: readonly Float32Array[];
  readonly samplesDecoded: number;
  readonly sampleRate: number;
  readonly bitDepth?: number;
}

/** What is told of the audio while it is decoded. */
export interface CodecReport {
  /** Called once, before the first piece, by what knows it. */
  onAnnounced(frames: number | null): void;
  /** Called with one line for each thing that is wrong with the input. */
  onWarning(message: string): void;
}

type OwnDecoder = Exclude<Codec['decoder'], 'other'>;
type Pieces = AsyncGenerator<Decoded, void, void>;

/** Bytes to pieces of audio, some of them without a sample. */
const DECODERS: Readonly<
  Record<OwnDecoder, (bytes: AsyncIterable<Uint8Array>, report: CodecReport) => Pieces>
> = { flac, mp3, vorbis };

// Loaded when needed: nobody else waits for them.

async function* flac(bytes: AsyncIterable<Uint8Array>, report: CodecReport): Pieces {
  const decoder = new (await import('@wasm-audio-decoders/flac')).FLACDecoder();
  yield* opened(decoder, () => decodeFlac(bytes, decoder, report));
}

async function* mp3(bytes: AsyncIterable<Uint8Array>, { onWarning }: CodecReport): Pieces {
  const decoder = new (await import('mpg123-decoder')).MPEGDecoder();
  yield* opened(decoder, async function* () {
    let announced: number | null | undefined;
    let frames = 0;
    let firstError: number | null = null;
    for await (const chunk of bytes) {
      if (announced === undefined) announced = mp3Frames(chunk);
      const decoded = withoutWords(() => decoder.decode(chunk));
      if (decoded.errors.length > 0) firstError ??= frames;
      frames += decoded.samplesDecoded;
      yield decoded;
    }
    const missing = (announced ?? 0) - frames;
    const words = `${missing} of ${announced} announced frames are missing`;
    if (firstError !== null) onWarning(damagedNear(firstError, missing > 0 ? words : undefined));
    else if (missing > 0) onWarning(`input ended early: ${words}`);
  });
}

async function* vorbis(bytes: AsyncIterable<Uint8Array>, { onWarning }: CodecReport): Pieces {
  const decoder = new (await import('@wasm-audio-decoders/ogg-vorbis')).OggVorbisDecoder();
  yield* opened(decoder, async function* () {
    const end = new OggEnd();
    let frames = 0;
    let firstError: number | null = null;
    const seen = (decoded: OggVorbisDecodedAudio): OggVorbisDecodedAudio => {
      if (decoded.errors.length > 0) firstError ??= frames;
      frames += decoded.samplesDecoded;
      return decoded;
    };
    for await (const chunk of bytes) {
      end.push(chunk);
      yield seen(await withoutWords(() => decoder.decode(chunk)));
    }
    yield seen(await withoutWords(() => decoder.flush()));
    if (firstError !== null) onWarning(damagedNear(firstError));
    if (!end.isWhole) onWarning(`input ended early: Ogg Vorbis is cut off behind frame ${frames}`);
  });
}

/** Decoders say in which piece they failed, and not how much is gone. */
const damagedNear = (frame: number, loss = 'what could not be decoded is left out'): string =>
  `damaged near frame ${frame}: ${loss}`;

/** Runs a decoder that is to be waited for, and freed at the end. */
async function* opened(decoder: { ready: Promise<void>; free(): void }, decode: () => Pieces): Pieces {
  try {
    await decoder.ready;
    yield* decode();
  } finally {
    decoder.free();
  }
}

/** Place in Vorbis order of each channel in WAVE order, by number of channels (Vorbis I, 4.3.9). */
const VORBIS_ORDER: Readonly<Record<number, readonly number[]>> = {
  3: [0, 2, 1],
  5: [0, 2, 1, 3, 4],
  6: [0, 2, 1, 5, 3, 4],
  7: [0, 2, 1, 6, 5, 3, 4],
  8: [0, 2, 1, 7, 5, 6, 3, 4],
};

/** Integers that hold so many bits; what was lossy is a float. */
function encodingFor({ bitDepth }: Decoded, decoder: Codec['decoder']): SampleEncoding {
  if (decoder !== 'flac' || bitDepth === undefined) return 'f32';
  if (bitDepth <= 16) return 's16';
  return bitDepth <= 24 ? 's24' : 's32';
}

/** Decodes FLAC, MP3 or Ogg Vorbis as it comes in, in constant memory, without any program but this one. */
export async function decodeCodec(
  bytes: AsyncIterable<Uint8Array>,
  { decoder, name }: Codec & { readonly decoder: OwnDecoder },
  onWarning: CodecReport['onWarning'] = () => {},
): Promise<DecodedCodec> {
  let announcedFrames: number | null = null;
  const onAnnounced = (frames: number | null): void => {
    announcedFrames = frames;
  };
  const pieces = DECODERS[decoder](bytes, { onAnnounced, onWarning });
  const next = async (): Promise<Decoded | null> => {
    // Decoders find their way over what is no frame, such as a tag; what is lost shows in the number of frames.
    for (;;) {
      const { value, done } = await pieces.next();
      if (done || !value) return null;
      if (value.samplesDecoded > 0) return value;
    }
  };
  const first = await next();
  if (first === null) throw inputError(`${name} without a sample of audio`);
  const sampleFormat = encodingFor(first, decoder);
  async function* blocks(): AsyncGenerator<AudioBlock, void, void> {
    let start = 0;
    for (let piece: Decoded | null = first; piece; piece = await next()) {
      const { channelData, samplesDecoded: frames, sampleRate } = piece;
      const order = decoder === 'vorbis' ? VORBIS_ORDER[channelData.length] : undefined;
      const channels = order ? order.map((n) => channelData[n]) : [...channelData];
      yield { format: audioFormat(sampleRate, channels.length), start, frames, channels };
      start += frames;
    }
  }
  return { sampleFormat, announcedFrames, blocks: blocks() };
}
