import { usageError } from '../audio/errors.ts';
import { didYouMean } from '../audio/nearest.ts';

/** What one sample of an encoding is. */
export interface EncodingTraits {
  /** Bytes that a sample takes. */
  readonly bytes: number;
  /** Bits that count, from the top of the container down. */
  readonly bits: number;
  readonly isFloat: boolean;
  /** The stored number that stands for 1.0. */
  readonly fullScale: number;
  /** Whether 32-bit float holds every value, so that decoding and encoding again changes no bit. */
  readonly fitsFloat32: boolean;
}

const integer = (bytes: number, bits: number, fitsFloat32: boolean): EncodingTraits => ({
  bytes,
  bits,
  isFloat: false,
  fullScale: 2 ** (bits - 1),
  fitsFloat32,
});

const float = (bytes: number, fitsFloat32: boolean): EncodingTraits => ({
  bytes,
  bits: bytes * 8,
  isFloat: true,
  fullScale: 1,
  fitsFloat32,
});

/**
 * Every sample encoding, the single source of its properties. `u8` has its zero at 128. `s24in32` is 24 bits at the
 * top of a 32-bit container, as WAVE_FORMAT_EXTENSIBLE lays them; the container's low byte is ignored.
 */
export const ENCODINGS = {
  u8: integer(1, 8, true),
  s16: integer(2, 16, true),
  s24: integer(3, 24, true),
  s24in32: integer(4, 24, true),
  s32: integer(4, 32, false),
  f32: float(4, true),
  f64: float(8, false),
} as const satisfies Record<string, EncodingTraits>;

/** An encoding that is read and written. */
export type SampleEncoding = keyof typeof ENCODINGS;

const companded = (bits: number): EncodingTraits => ({ ...integer(1, bits, true), fullScale: 2 ** 15 });

/**
 * Every encoding that is read: also signed 8 bits (AIFF, AU), and the two laws of ITU-T G.711, whose values are those
 * of 13 and 14 bits.
 */
export const STORED = {
  ...ENCODINGS,
  s8: integer(1, 8, true),
  alaw: companded(13),
  mulaw: companded(14),
} as const satisfies Record<string, EncodingTraits>;

export type StoredEncoding = keyof typeof STORED;

const WRITTEN_FOR = { s8: 'u8', alaw: 's16', mulaw: 's16' } as const;

/** The encoding that an output has by default: that of the input, or the smallest that holds its every value. */
export function writtenFor(encoding: StoredEncoding): SampleEncoding {
  return encoding in WRITTEN_FOR
    ? WRITTEN_FOR[encoding as keyof typeof WRITTEN_FOR]
    : (encoding as SampleEncoding);
}

/** How samples are stored as bytes. */
export interface SampleFormat<E extends StoredEncoding = SampleEncoding> {
  readonly encoding: E;
  readonly bigEndian: boolean;
}

/** How samples that are read are stored. */
export type StoredFormat = SampleFormat<StoredEncoding>;

/** What `--raw` says of a stream without a header. */
export interface RawFormat {
  readonly sampleFormat: StoredFormat;
  /** Hz. */
  readonly sampleRate: number;
  readonly channels: number;
}

/** Highest sample rate that is taken for one, in Hz. */
export const MAX_SAMPLE_RATE = 768_000;
/** Most channels that a stream may have. */
export const MAX_CHANNELS = 64;

const le = (encoding: StoredEncoding): StoredFormat => ({ encoding, bigEndian: false });
const be = (encoding: StoredEncoding): StoredFormat => ({ encoding, bigEndian: true });

/**
 * Sample formats by the names that `--raw` takes. `s24in32` has its 24 bits at the top of 32 (left-justified, as
 * WAVE_FORMAT_EXTENSIBLE has them), little-endian; ALSA's S24_LE has them at the bottom and is another format.
 */
export const RAW_SAMPLE_FORMATS: ReadonlyMap<string, StoredFormat> = new Map([
  ['u8', le('u8')],
  ['s16le', le('s16')],
  ['s16be', be('s16')],
  ['s24le', le('s24')],
  ['s24be', be('s24')],
  ['s24in32', le('s24in32')],
  ['s32le', le('s32')],
  ['s32be', be('s32')],
  ['f32le', le('f32')],
  ['f32be', be('f32')],
  ['f64le', le('f64')],
  ['f64be', be('f64')],
  ['alaw', le('alaw')],
  ['mulaw', le('mulaw')],
]);

/** The whole number that `text` is, or undefined when it is none or lies outside 1..`max`. */
function wholeNumber(text: string, max: number): number | undefined {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  return value >= 1 && value <= max ? value : undefined;
}

/** Reads `FORMAT:RATE:CHANNELS`, such as `s16le:48000:2`; throws a usage error that names the wrong part. */
export function parseRawFormat(text: string): RawFormat {
  const wrong = (what: string) => usageError(`raw format "${text}": ${what}`);
  const parts = text.split(':');
  if (parts.length !== 3) {
    throw wrong(`${parts.length} of 3 parts, expected FORMAT:RATE:CHANNELS such as s16le:48000:2`);
  }
  const [name, rate, count] = parts;
  const sampleFormat = RAW_SAMPLE_FORMATS.get(name);
  if (!sampleFormat) {
    const names = [...RAW_SAMPLE_FORMATS.keys()];
    const allowed = names.join(', ');
    throw wrong(`unknown sample format "${name}", expected one of ${allowed}${didYouMean(name, names)}`);
  }
  const sampleRate = wholeNumber(rate, MAX_SAMPLE_RATE);
  if (!sampleRate) throw wrong(`sample rate "${rate}", expected 1 to ${MAX_SAMPLE_RATE} Hz`);
  const channels = wholeNumber(count, MAX_CHANNELS);
  if (!channels) throw wrong(`channel count "${count}", expected 1 to ${MAX_CHANNELS}`);
  return { sampleFormat, sampleRate, channels };
}
