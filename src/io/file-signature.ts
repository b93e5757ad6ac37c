/** First bytes by which other audio files are known; `*` stands for any byte. */
const SIGNATURES: readonly (readonly [start: string, name: string])[] = [
  ['fLaC', 'FLAC'],
  ['OggS', 'Ogg'],
  ['ID3', 'MP3'],
  ['\xff\xfb', 'MP3'],
  ['\xff\xfa', 'MP3'],
  ['\xff\xf3', 'MP3'],
  ['\xff\xf1', 'AAC'],
  ['\xff\xf9', 'AAC'],
  ['****ftyp', 'MP4'],
  ['FORM', 'AIFF'],
  ['caff', 'Core Audio'],
  ['.snd', 'Sun AU'],
  ['riff', 'Wave64'],
  ['wvpk', 'WavPack'],
  ['MAC ', "Monkey's Audio"],
  ['\x1aE\xdf\xa3', 'Matroska'],
  ['RIFF****AVI ', 'AVI'],
  ['MThd', 'MIDI'],
  ['DSD ', 'DSF'],
];

/** Whether a byte is one that RIFF chunk ids are made of: printable ASCII. */
export function isPrintable(byte: number): boolean {
  return byte >= 0x20 && byte <= 0x7e;
}

const matches = (text: string, start: string): boolean =>
  [...start].every((char, at) => char === '*' || char === text[at]);

/** Names the first bytes of a file: `"fLaC" (FLAC)`, or in hex where they are no text. */
export function describeStart(bytes: Uint8Array): string {
  const text = String.fromCharCode(...bytes.subarray(0, 12));
  const shown = bytes.subarray(0, 4);
  const words = shown.every(isPrintable)
    ? JSON.stringify(text.slice(0, 4))
    : `bytes ${Array.from(shown, (byte) => byte.toString(16).padStart(2, '0')).join(' ')}`;
  const known = SIGNATURES.find(([start]) => matches(text, start));
  return known ? `${words} (${known[1]})` : words;
}
