const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);
/** Index of the word with sign and exponent; typed arrays have the byte order of the machine. */
const HIGH = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0;

/** Upper word of sqrt(1/2), less the smallest part: where the mantissa's range [sqrt 1/2, sqrt 2) begins. */
const ROOT_HALF = [0x3fe6a09e, 0x667f3bcd] as const;

/**
 * log2 of a positive normal value, absolute error below 1.1e-9 (7e-9 dB). x = m 2^k with m in [sqrt 1/2, sqrt 2);
 * log2 m = 2 / ln 2 * atanh((m - 1) / (m + 1)), the series of atanh cut after s^9 / 9.
 * The kernels compute the same operations in the same order.
 */
export function fastLog2(x: number): number {
  double[0] = x;
  const high = words[HIGH];
  const borrow = words[1 - HIGH] < ROOT_HALF[1] ? 1 : 0;
  const k = ((high + 0x3ff00000 - ROOT_HALF[0] - borrow) >>> 20) - 1023;
  words[HIGH] = high - (k << 20);
  const m = double[0];
  const s = (m - 1) / (m + 1);
  const t = s * s;
  let p = 0.32059889797968966; // 2 / (9 ln 2)
  p = p * t + 0.4121985831167439; // 2 / (7 ln 2)
  p = p * t + 0.5770780163634015; // 2 / (5 ln 2)
  p = p * t + 0.9617966939390024; // 2 / (3 ln 2)
  p = p * t + 2.8853900817779268; // 2 / ln 2
  return k + p * s;
}

/**
 * 2^x for |x| < 1000, relative error below 7.4e-9 (-162 dB), exactly 1 at 0: x = k + r with |r| <= 1/2 and
 * 2^r by Taylor's series to r^7. The kernels compute the same operations in the same order.
 */
export function fastExp2(x: number): number {
  const magic = 6755399441055744; // 1.5 * 2^52: adding it rounds to an integer, ties to even
  const k = x + magic - magic;
  const r = x - k;
  let p = 1.525273380405984e-5; // (ln 2)^7 / 7!
  p = p * r + 1.5403530393381609e-4; // (ln 2)^6 / 6!
  p = p * r + 1.3333558146428443e-3; // (ln 2)^5 / 5!
  p = p * r + 9.618129107628477e-3; // (ln 2)^4 / 4!
  p = p * r + 5.550410866482158e-2; // (ln 2)^3 / 3!
  p = p * r + 0.24022650695910072; // (ln 2)^2 / 2!
  p = p * r + Math.LN2;
  p = p * r + 1;
  double[0] = p;
  words[HIGH] += k << 20;
  return double[0];
}

/** dB of one unit of log2 amplitude: 20 log10 2. */
export const DB_PER_OCTAVE = 6.020599913279624;
