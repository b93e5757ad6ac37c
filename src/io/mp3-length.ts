/** Bytes from a Xing tag on to the delay and padding that LAME writes behind it. */
const LAME_DELAY_AT = 141;
/** Bytes of the first frame in which the tag stands. */
const LOOK_BYTES = 512;

/**
 * Frames of audio that the first frame of an MP3 announces in its Xing or Info tag, delay and padding taken off; null where it
 * has none. `bytes` begin with that frame.
 */
export function mp3Frames(bytes: Uint8Array): number | null {
  const first = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, LOOK_BYTES));
  const at = Math.max(first.indexOf('Xing', 4, 'latin1'), first.indexOf('Info', 4, 'latin1'));
  if (at < 0 || first.length < at + LAME_DELAY_AT + 3) return null;
  const hasCount = (first[at + 7] & 1) === 1;
  if (!hasCount) return null;
  // Layer III has 1152 samples in a frame, and half of that below MPEG 1 (ISO 13818-3, 2.4.2.1).
  const samples = (first[1] & 0x18) === 0x18 ? 1152 : 576;
  // Flags for count, bytes, table and quality: only with all four does LAME's part stand where it is looked for.
  const isLame = (first[at + 7] & 15) === 15;
  const delays = isLame ? first.readUIntBE(at + LAME_DELAY_AT, 3) : 0;
  const frames = first.readUInt32BE(at + 8) * samples - (delays >> 12) - (delays & 0xfff);
  return frames > 0 ? frames : null;
}
