import { crc8 } from './crc.ts';

/** What the head of a FLAC frame says (RFC 9639, 9.1). */
export interface FlacFrameHead {
  /** Bytes of the head, its check among them. */
  readonly bytes: number;
  /** Frames of audio in it. */
  readonly frames: number;
  /** Number of the frame, or of its first sample where `isVariable`. */
  readonly number: number;
  readonly isVariable: boolean;
  /** Codes of the rate, the channels and the bits, which do not change within a stream. */
  readonly rate: number;
  readonly channels: number;
  readonly bits: number;
}

/** Most bytes of a head: 4 of codes, 7 of a number, 2 and 2 of a length and a rate, 1 of a check. */
export const FLAC_HEAD_BYTES = 16;

/** Whether a FLAC frame can begin with these two bytes: 15 bits and whether blocks have one length (RFC 9639, 9.1). */
export const isFlacSync = (first: number, second: number): boolean =>
  first === 0xff && (second & 0xfe) === 0xf8;

/** A number written like a character in UTF-8, up to 36 bits in 7 bytes (RFC 9639, 9.1.5); null where it is none. */
function codedNumber(bytes: Uint8Array): { readonly value: number; readonly length: number } | null {
  const first = bytes[0];
  if (first < 0x80) return { value: first, length: 1 };
  const length = Math.clz32(~(first << 24));
  if (length < 2 || length > 7) return null;
  let value = first & (0x7f >> length);
  for (const byte of bytes.subarray(1, length)) {
    if ((byte & 0xc0) !== 0x80) return null;
    value = value * 64 + (byte & 0x3f);
  }
  return { value, length };
}

/** Frames by the code of the length; 0 for what is forbidden, and for 6 and 7, which have it at the end (RFC 9639, 9.1.1). */
function codedFrames(code: number): number {
  if (code === 1) return 192;
  if (code >= 8) return 1 << code;
  return code >= 2 && code <= 5 ? 144 << code : 0;
}

/** The head of a frame, of bytes that begin with it; null where they are none, cut off or damaged. */
export function readFlacFrameHead(bytes: Uint8Array): FlacFrameHead | null {
  if (bytes.length < 6 || !isFlacSync(bytes[0], bytes[1])) return null;
  const [lengthCode, rateCode] = [bytes[2] >> 4, bytes[2] & 15];
  const [channelCode, bits] = [bytes[3] >> 4, (bytes[3] >> 1) & 7];
  if (lengthCode === 0 || rateCode === 15 || channelCode > 10 || bits === 3 || bytes[3] & 1) return null;
  const coded = codedNumber(bytes.subarray(4, 11));
  if (coded === null) return null;
  let at = 4 + coded.length;
  const next = (count: number): number => {
    let value = 0;
    for (const end = at + count; at < end; at++) value = value * 256 + bytes[at];
    return value;
  };
  const frames = lengthCode === 6 || lengthCode === 7 ? next(lengthCode - 5) + 1 : codedFrames(lengthCode);
  // The code alone where the rate is in it; 12 to 14 have it at the end, in other units.
  const rate = rateCode < 12 ? rateCode : 16 * next(rateCode === 12 ? 1 : 2) + rateCode;
  const head = bytes.subarray(0, at + 1);
  if (head.length <= at || crc8(head) !== 0) return null;
  // Codes 8 to 10 are two channels, taken together in one way or another.
  const channels = channelCode < 8 ? channelCode + 1 : 2;
  return {
    bytes: at + 1,
    frames,
    number: coded.value,
    isVariable: (bytes[1] & 1) === 1,
    rate,
    channels,
    bits,
  };
}
