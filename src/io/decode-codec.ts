import type { AudioBlock } from '../audio/block.ts';
import { inputError } from '../audio/errors.ts';
import { audioFormat } from '../audio/format.ts';
import type { Codec } from './codec-signature.ts';
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

interface CodecDecoder {
  readonly ready: Promise<void>;
  decode(bytes: Uint8Array): Decoded | Promise<Decoded>;
  flush?(): Promise<Decoded>;
  free(): void;
}

/** Loaded when needed: nobody else waits for them. */
const OPENERS: Readonly<Record<Exclude<Codec['decoder'], 'other'>, () => Promise<CodecDecoder>>> = {
  flac: async () => new (await import('@wasm-audio-decoders/flac')).FLACDecoder(),
  mp3: async () => new (await import('mpg123-decoder')).MPEGDecoder(),
  vorbis: async () => new (await import('@wasm-audio-decoders/ogg-vorbis')).OggVorbisDecoder(),
};

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

/** Frames that the first bytes of a FLAC file announce, 36 bits in STREAMINFO (RFC 9639, 8.2); null for "not known". */
function flacFrames(bytes: Uint8Array): number | null {
  if (bytes.length < 26 || String.fromCharCode(...bytes.subarray(0, 4)) !== 'fLaC') return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return (view.getUint8(21) & 15) * 2 ** 32 + view.getUint32(22) || null;
}

/** What comes out of a decoder, piece by piece; pieces without a sample are left out. */
async function* decodedPieces(
  bytes: AsyncIterable<Uint8Array>,
  decoder: Exclude<Codec['decoder'], 'other'>,
  onStart: (chunk: Uint8Array) => void,
): AsyncGenerator<Decoded, void, void> {
  const open = await OPENERS[decoder]();
  let started = false;
  try {
    await open.ready;
    for await (const chunk of bytes) {
      if (!started) onStart(chunk);
      started = true;
      yield await open.decode(chunk);
    }
    if (open.flush) yield await open.flush();
  } finally {
    open.free();
  }
}

/** Decodes FLAC, MP3 or Ogg Vorbis as it comes in, in constant memory, without any program but this one. */
export async function decodeCodec(
  bytes: AsyncIterable<Uint8Array>,
  { decoder, name }: Codec & { readonly decoder: Exclude<Codec['decoder'], 'other'> },
): Promise<DecodedCodec> {
  let announcedFrames: number | null = null;
  const pieces = decodedPieces(bytes, decoder, (chunk) => {
    if (decoder === 'flac') announcedFrames = flacFrames(chunk);
  });
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
