/** For each byte, what it adds to a cyclic redundancy check of `bits` bits, most significant bit first, without an initial value. */
function table(bits: 8 | 16 | 32, polynomial: number): Uint32Array {
  const top = 2 ** (bits - 1);
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let rest = byte * 2 ** (bits - 8);
    for (let bit = 0; bit < 8; bit++) rest = ((rest << 1) ^ (rest & top ? polynomial : 0)) & (2 * top - 1);
    return rest >>> 0;
  });
}

/** x^8 + x^2 + x + 1 (RFC 9639, 9.1.8). */
const CRC_8 = table(8, 0x07);
/** x^16 + x^15 + x^2 + 1 (RFC 9639, 9.3). */
const CRC_16 = table(16, 0x8005);

/** The check of the head of a FLAC frame over `bytes`: 0 where they end with it. */
export function crc8(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) crc = CRC_8[crc ^ byte];
  return crc;
}

/** The check of a FLAC frame, gone on with by a byte: 0 at its end. */
export const crc16 = (crc: number, byte: number): number => ((crc << 8) & 0xffff) ^ CRC_16[(crc >> 8) ^ byte];

/** x^32 + x^26 + x^23 + x^22 + x^16 + x^12 + x^11 + x^10 + x^8 + x^7 + x^5 + x^4 + x^2 + x + 1 (RFC 3533, 6). */
const CRC_32 = table(32, 0x04c11db7);

/** The check of an Ogg page, gone on with by `bytes`. */
export function crc32(crc: number, bytes: Uint8Array): number {
  let rest = crc;
  for (const byte of bytes) rest = (rest << 8) ^ CRC_32[(rest >>> 24) ^ byte];
  return rest >>> 0;
}
