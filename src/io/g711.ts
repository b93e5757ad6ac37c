/** The two companding laws of ITU-T G.711. */
export type G711Law = 'alaw' | 'mulaw';

/** A-law (G.711, table 1): sign, 3 bits of exponent, 4 of mantissa, even bits inverted; 13 bits at the top of 16. */
function expandA(byte: number): number {
  const bits = byte ^ 0x55;
  const exponent = (bits >> 4) & 7;
  const mantissa = ((bits & 15) << 4) + 8;
  const magnitude = exponent === 0 ? mantissa : (mantissa + 0x100) << (exponent - 1);
  return bits & 0x80 ? magnitude : -magnitude;
}

/** Mu-law (G.711, table 2): all bits inverted, the magnitude shifted by a bias of 33; 14 bits at the top of 16. */
function expandMu(byte: number): number {
  const bits = ~byte;
  const magnitude = ((((bits & 15) << 3) + 0x84) << ((bits >> 4) & 7)) - 0x84;
  return bits & 0x80 ? -magnitude : magnitude;
}

const tableOf = (expand: (byte: number) => number): Float32Array =>
  Float32Array.from({ length: 256 }, (_, byte) => expand(byte) / 2 ** 15);

const TABLES: Readonly<Record<G711Law, Float32Array>> = { alaw: tableOf(expandA), mulaw: tableOf(expandMu) };

/** What each of the 256 bytes stands for, full scale 1.0; every value fits 16 bits. */
export function g711Table(law: G711Law): Float32Array {
  return TABLES[law];
}
