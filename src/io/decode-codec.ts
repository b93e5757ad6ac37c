import type { AudioBlock } from '../audio/block.ts';
import { inputError } from '../audio/errors.ts';
import { audioFormat } from '../audio/format.ts';
import { CodecFindings } from './codec-findings.ts';
import type { Codec } from './codec-signature.ts';
import { decodeFlac } from './decode-flac.ts';
import { decodeMp3 } from './decode-mp3.ts';
import { decodeVorbis } from './decode-vorbis.ts';
import type { SampleEncoding } from './sample-format.ts';

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
  /** Takes what is wrong with the input. */
  readonly findings: CodecFindings;
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

async function* mp3(bytes: AsyncIterable<Uint8Array>, { findings }: CodecReport): Pieces {
  const decoder = new (await import('mpg123-decoder')).MPEGDecoder();
  yield* opened(decoder, () => decodeMp3(bytes, decoder, findings));
}

async function* vorbis(bytes: AsyncIterable<Uint8Array>, { findings }: CodecReport): Pieces {
  const decoder = new (await import('@wasm-audio-decoders/ogg-vorbis')).OggVorbisDecoder();
  yield* opened(decoder, () => decodeVorbis(bytes, decoder, findings));
}

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
  findings = new CodecFindings(),
): Promise<DecodedCodec> {
  let announcedFrames: number | null = null;
  const onAnnounced = (frames: number | null): void => {
    announcedFrames = frames;
  };
  const pieces = DECODERS[decoder](bytes, { onAnnounced, findings });
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
