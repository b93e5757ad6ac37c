import { inputError } from '../audio/errors.ts';
import {
  type AudioFormat,
  audioFormat,
  defaultLayout,
  layoutFromMask,
  maskFromLayout,
} from '../audio/format.ts';
import {
  ENCODINGS,
  MAX_CHANNELS,
  MAX_SAMPLE_RATE,
  type SampleEncoding,
  type StoredEncoding,
} from './sample-format.ts';

/** What a `fmt ` chunk says, or its like in other containers. */
export interface WaveFormat<E extends StoredEncoding = StoredEncoding> {
  readonly format: AudioFormat;
  readonly encoding: E;
  /** Speaker bits (`dwChannelMask`); the custom of the channel count where the chunk has none. */
  readonly channelMask: number;
}

/** Bytes of WAVEFORMATEXTENSIBLE; what a longer chunk has beyond them says nothing about the samples. */
export const FMT_MAX_BYTES = 40;

const PCM = 0x0001;
const IEEE_FLOAT = 0x0003;
const A_LAW = 0x0006;
const MU_LAW = 0x0007;
const EXTENSIBLE = 0xfffe;

/** The last eight bytes of every sub-format that stands for a tag: xxxxxxxx-0000-0010-8000-00AA00389B71 (ksmedia.h). */
const SUBFORMAT_END = [0x80, 0x00, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71];

/** Names of the tags that are met in the wild (mmreg.h). */
const CODEC_NAMES: Readonly<Record<number, string>> = {
  2: 'Microsoft ADPCM',
  9: 'DTS',
  17: 'IMA ADPCM',
  22: 'G.723 ADPCM',
  49: 'GSM 6.10',
  64: 'G.721 ADPCM',
  69: 'G.726 ADPCM',
  80: 'MPEG layer 2',
  85: 'MP3',
  146: 'AC-3 over S/PDIF',
  255: 'AAC',
  353: 'Windows Media Audio',
  8192: 'AC-3',
  8193: 'DTS',
  61868: 'FLAC',
  22127: 'Vorbis',
};

const hex = (tag: number): string => `0x${tag.toString(16).padStart(4, '0')}`;

/** The channel mask that a plain WAV of so many channels is understood to have. */
export const customMask = (channels: number): number => maskFromLayout(defaultLayout(channels));

/** The tag that a sub-format stands for; 0 for a sub-format of another family. */
function subFormatTag(chunk: DataView, littleEndian: boolean): number {
  const family = chunk.getUint16(28, littleEndian) === 0;
  if (!family || SUBFORMAT_END.some((byte, at) => chunk.getUint8(32 + at) !== byte)) return 0;
  const version = chunk.getUint16(30, littleEndian);
  if (version === 0x0010) return chunk.getUint32(24, littleEndian);
  // In a RIFX, SoX turns the first two bytes round and leaves the others as they are in a RIFF.
  return version === 0x1000 && !littleEndian ? chunk.getUint16(24) : 0;
}

/** A format with the channels and the rate that a header gives; throws an input error for what no stream has. */
export function readableFormat(
  name: string,
  shape: {
    readonly sampleRate: number;
    readonly channels: number;
    readonly encoding: StoredEncoding;
    readonly channelMask?: number;
  },
): WaveFormat {
  const { sampleRate, channels, encoding } = shape;
  if (!(channels >= 1 && channels <= MAX_CHANNELS)) {
    throw inputError(`${name} has ${channels} channels, expected 1 to ${MAX_CHANNELS}`);
  }
  if (!(sampleRate >= 1 && sampleRate <= MAX_SAMPLE_RATE)) {
    throw inputError(`${name} has a sample rate of ${sampleRate} Hz, expected 1 to ${MAX_SAMPLE_RATE} Hz`);
  }
  const { channelMask = customMask(channels) } = shape;
  return {
    format: audioFormat(sampleRate, channels, layoutFromMask(channelMask, channels)),
    encoding,
    channelMask,
  };
}

function encodingOf(tag: number, containerBytes: number, bits: number): StoredEncoding {
  if (tag === A_LAW || tag === MU_LAW) {
    if (containerBytes === 1) return tag === A_LAW ? 'alaw' : 'mulaw';
    throw inputError(`WAV has ${bits}-bit samples of G.711, expected 8 bits`);
  }
  if (tag === IEEE_FLOAT) {
    if (containerBytes === 4) return 'f32';
    if (containerBytes === 8) return 'f64';
    throw inputError(`WAV has ${containerBytes * 8}-bit float samples, expected 32 or 64 bits`);
  }
  switch (containerBytes) {
    case 1:
      return 'u8';
    case 2:
      return 's16';
    case 3:
      return 's24';
    case 4:
      return bits <= 24 ? 's24in32' : 's32';
    default:
      throw inputError(`WAV has ${bits}-bit integer samples, expected 8, 16, 24 or 32 bits`);
  }
}

/** Reads a `fmt ` chunk (its first 40 bytes where it is longer); throws an input error for what can't be decoded. */
export function readFmtChunk(bytes: Uint8Array, bigEndian: boolean): WaveFormat {
  const chunk = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const u16 = (at: number) => chunk.getUint16(at, !bigEndian);
  if (bytes.length < 16) throw inputError(`WAV "fmt " chunk has ${bytes.length} bytes, expected 16 or more`);
  const extensible = u16(0) === EXTENSIBLE;
  if (extensible && bytes.length < 40) {
    throw inputError(`extensible WAV "fmt " chunk has ${bytes.length} bytes, expected 40 or more`);
  }
  const tag = extensible ? subFormatTag(chunk, !bigEndian) : u16(0);
  if (![PCM, IEEE_FLOAT, A_LAW, MU_LAW].includes(tag)) {
    const name = CODEC_NAMES[tag];
    const found =
      extensible && tag === 0 ? 'of an unknown sub-format' : `${hex(tag)}${name ? ` (${name})` : ''}`;
    throw inputError(`WAV codec ${found}, expected PCM, IEEE float, A-law or mu-law`);
  }
  const channels = u16(2);
  const sampleRate = chunk.getUint32(4, !bigEndian);
  const blockAlign = u16(12);
  const bits = u16(14);
  const containerBytes = Math.ceil(bits / 8);
  const validBits = (extensible && u16(18)) || bits;
  if (validBits > bits) throw inputError(`WAV has ${validBits} valid bits in samples of ${bits} bits`);
  const encoding = encodingOf(tag, containerBytes, validBits);
  const channelMask = extensible ? chunk.getUint32(20, !bigEndian) : undefined;
  const wave = readableFormat('WAV', {
    sampleRate,
    channels,
    encoding,
    ...(channelMask !== undefined && { channelMask }),
  });
  if (blockAlign !== channels * containerBytes) {
    const expected = `expected ${channels * containerBytes} for ${channels} channels of ${bits} bits`;
    throw inputError(`WAV has frames of ${blockAlign} bytes, ${expected}`);
  }
  return wave;
}

/**
 * The body of a little-endian `fmt ` chunk. Extensible where Microsoft's "Multiple Channel Audio Data and WAVE Files"
 * asks for it: more than two channels, integers of more than 16 bits, or speakers that custom does not imply.
 */
export function writeFmtChunk({ format, encoding, channelMask }: WaveFormat<SampleEncoding>): Uint8Array {
  const { bytes, bits, isFloat } = ENCODINGS[encoding];
  const { channels, sampleRate } = format;
  const tag = isFloat ? IEEE_FLOAT : PCM;
  const extensible = channels > 2 || (!isFloat && bits > 16) || channelMask !== customMask(channels);
  const length = extensible ? 40 : isFloat ? 18 : 16;
  const chunk = new DataView(new ArrayBuffer(length));
  chunk.setUint16(0, extensible ? EXTENSIBLE : tag, true);
  chunk.setUint16(2, channels, true);
  chunk.setUint32(4, sampleRate, true);
  chunk.setUint32(8, sampleRate * channels * bytes, true);
  chunk.setUint16(12, channels * bytes, true);
  chunk.setUint16(14, bytes * 8, true);
  if (length > 16) chunk.setUint16(16, length - 18, true);
  if (extensible) {
    chunk.setUint16(18, bits, true);
    chunk.setUint32(20, channelMask, true);
    chunk.setUint32(24, tag, true);
    chunk.setUint16(30, 0x0010, true);
    SUBFORMAT_END.forEach((byte, at) => {
      chunk.setUint8(32 + at, byte);
    });
  }
  return new Uint8Array(chunk.buffer);
}
