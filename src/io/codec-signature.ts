/** Audio that is not plain samples. `flac`, `mp3` and `vorbis` we decode ourselves; `other` needs ffmpeg. */
export interface Codec {
  readonly decoder: 'flac' | 'mp3' | 'vorbis' | 'other';
  /** For messages. */
  readonly name: string;
}

/** Bytes of a file that `codecOf` looks at. */
export const SIGNATURE_BYTES = 64;

/** First bytes by which files are known, `*` for any byte. */
const STARTS: readonly (readonly [start: string, decoder: Codec['decoder'], name: string])[] = [
  ['fLaC', 'flac', 'FLAC'],
  // An Ogg page of one segment, the first of its stream (RFC 3533, 6): the codec's own header is next.
  [`OggS${'*'.repeat(24)}\x01vorbis`, 'vorbis', 'Ogg Vorbis'],
  [`OggS${'*'.repeat(24)}OpusHead`, 'other', 'Opus'],
  ['OggS', 'other', 'Ogg'],
  ['****ftyp', 'other', 'MP4'],
  ['\x1aE\xdf\xa3', 'other', 'Matroska'],
  ['wvpk', 'other', 'WavPack'],
  ['MAC ', 'other', "Monkey's Audio"],
];

/** MPEG audio begins with 11 set bits; then 2 of the version and 2 of the layer, which ADTS AAC leaves 0 (ISO 13818-7, 6.2). */
function mpegCodec([first, second]: Uint8Array): Codec | null {
  if (first !== 0xff || second < 0xe0) return null;
  if ((second & 0xf6) === 0xf0) return { decoder: 'other', name: 'AAC' };
  const [version, layer] = [(second >> 3) & 3, (second >> 1) & 3];
  return version !== 1 && layer === 1 ? { decoder: 'mp3', name: 'MP3' } : null;
}

/** Bytes of the head of an ID3v2 tag, and of the foot that one may have (ID3 2.4, 3.1 and 3.4). */
const ID3_HEAD_BYTES = 10;
const ID3_HAS_FOOT = 0x10;

/** Bytes of the ID3v2 tag that a file begins with, head and foot among them; 0 where there is none. Its size is four times 7 bits. */
export function id3Bytes(bytes: Uint8Array): number {
  if (bytes.length < ID3_HEAD_BYTES || String.fromCharCode(...bytes.subarray(0, 3)) !== 'ID3') return 0;
  const inside = bytes.subarray(6, 10).reduce((size, byte) => size * 128 + (byte & 127), 0);
  return ID3_HEAD_BYTES + inside + (bytes[5] & ID3_HAS_FOOT ? ID3_HEAD_BYTES : 0);
}

/** What the first bytes of a file say that it is; null for what is no codec of ours, plain samples among it. */
export function codecOf(bytes: Uint8Array): Codec | null {
  const text = String.fromCharCode(...bytes.subarray(0, SIGNATURE_BYTES));
  const found = STARTS.find(([start]) => [...start].every((char, at) => char === '*' || char === text[at]));
  return found ? { decoder: found[1], name: found[2] } : mpegCodec(bytes);
}

/** What begins behind an ID3v2 tag: as at the beginning of a file, or MP3 behind zeros, which some taggers leave there. */
export function codecBehindTag(bytes: Uint8Array): Codec | null {
  return codecOf(bytes) ?? (bytes[0] === 0 ? { decoder: 'mp3', name: 'MP3' } : null);
}
