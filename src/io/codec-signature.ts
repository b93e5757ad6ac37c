/** Audio that is not plain samples. `flac`, `mp3` and `vorbis` we decode ourselves; `other` needs ffmpeg. */
export interface Codec {
  readonly decoder: 'flac' | 'mp3' | 'vorbis' | 'other';
  /** For messages. */
  readonly name: string;
}

/** Most bytes that `codecOf` looks at; all but MPEG-TS are known by 64. */
export const SIGNATURE_BYTES = 192;

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
  ['caff', 'other', 'Core Audio'],
  ['Creative Voice File\x1a', 'other', 'VOC'],
  ['\x30\x26\xb2\x75\x8e\x66\xcf\x11', 'other', 'WMA'],
  ['\x0b\x77', 'other', 'AC-3'],
  ['DSD ', 'other', 'DSF'],
  ['FRM8', 'other', 'DSDIFF'],
  ['TTA1', 'other', 'TTA'],
  ['MPCK', 'other', 'Musepack'],
  ['#!AMR', 'other', 'AMR'],
  ['.RMF', 'other', 'RealMedia'],
  ['FLV\x01', 'other', 'FLV'],
  ['RIFF****AVI ', 'other', 'AVI'],
  // Packets of 188 bytes (ISO 13818-1, 2.4.3), and a pack of a program stream (2.5.3).
  [`G${'*'.repeat(187)}G`, 'other', 'MPEG-TS'],
  ['\0\0\x01\xba', 'other', 'MPEG-PS'],
];

/** By the 2 bits of the layer in an MPEG audio header; 0 is ADTS AAC. */
const LAYERS: readonly Codec[] = [
  { decoder: 'other', name: 'AAC' },
  { decoder: 'mp3', name: 'MP3' },
  { decoder: 'other', name: 'MP2' },
  { decoder: 'other', name: 'MP1' },
];

/**
 * MPEG audio begins with 11 set bits; then 2 of the version and 2 of the layer, later 4 of the bit rate and 2 of the sampling
 * rate, of which one value is forbidden (ISO 11172-3, 2.4.2.3). ADTS AAC leaves the layer 0 (ISO 13818-7, 6.2).
 */
function mpegCodec([first, second, third]: Uint8Array): Codec | null {
  if (first !== 0xff || second < 0xe0) return null;
  const [version, layer] = [(second >> 3) & 3, (second >> 1) & 3];
  if (layer === 0) return version >= 2 && second >= 0xf0 ? LAYERS[0] : null;
  const isForbidden = version === 1 || third >> 4 === 15 || (third & 12) === 12;
  return isForbidden ? null : LAYERS[layer];
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
