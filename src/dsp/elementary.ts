/**
 * Elementary functions from + - * / and sqrt alone. ECMAScript leaves the precision of Math.sin, exp, log...
 * to the implementation (ECMA-262, 21.3.2), so every one that decides an output sample comes from here and is
 * the same on every machine. Accuracy against the engine's own functions is tested (test/dsp/elementary.test.ts).
 */

/** ln 2 in two parts whose high part has 32 significant bits: k * LN2_HIGH is exact for |k| < 2^20. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const LOG2_E = Math.LOG2E;

/** pi/2 in three parts of 33 bits each, so that k * part is exact for |k| < 2^20. */
const HALF_PI_1 = 1.5707963267341256;
const HALF_PI_2 = 6.077100506303966e-11;
const HALF_PI_3 = 2.0222662487959506e-21;
const TWO_OVER_PI = 0.6366197723675814;

const bits = new DataView(new ArrayBuffer(8));

/** 2^k for an integer k from -1022 to 1023. */
function powerOfTwo(k: number): number {
  bits.setUint32(0, (k + 1023) << 20);
  bits.setUint32(4, 0);
  return bits.getFloat64(0);
}

/** value * 2^k for |k| <= 2044, in two steps so that only the result can leave the range of doubles. */
function scale(value: number, k: number): number {
  const half = k >> 1;
  return value * powerOfTwo(half) * powerOfTwo(k - half);
}

/** e^r for |r| <= 0.35 by its Taylor series to the 14th power (remainder below 1e-19). */
function expSmall(r: number): number {
  let sum = 1;
  for (let n = 14; n >= 1; n--) sum = 1 + (r / n) * sum;
  return sum;
}

/** e to the power x. */
export function exp(x: number): number {
  if (!(x > -746)) return Number.isNaN(x) ? x : 0;
  if (x > 710) return Number.POSITIVE_INFINITY;
  const k = Math.floor(x * LOG2_E + 0.5);
  return scale(expSmall(x - k * LN2_HIGH - k * LN2_LOW), k);
}

/** 2 to the power x. */
export function exp2(x: number): number {
  if (!(x > -1075)) return Number.isNaN(x) ? x : 0;
  if (x >= 1024) return Number.POSITIVE_INFINITY;
  const k = Math.floor(x + 0.5);
  const r = x - k;
  return scale(expSmall(r * LN2_HIGH + r * LN2_LOW), k);
}

/** Splits a positive finite x into m * 2^k with m in [sqrt(1/2), sqrt(2)) and gives [k, ln m]. */
function splitLog(x: number): [number, number] {
  let exponent = 0;
  let value = x;
  if (value < 2.2250738585072014e-308) {
    value *= 18014398509481984; // 2^54 lifts a subnormal into the normal range
    exponent = -54;
  }
  bits.setFloat64(0, value);
  const high = bits.getUint32(0);
  exponent += (high >>> 20) - 1023;
  bits.setUint32(0, (high & 0x000fffff) | 0x3ff00000);
  let mantissa = bits.getFloat64(0);
  if (mantissa > Math.SQRT2) {
    mantissa *= 0.5;
    exponent += 1;
  }
  // ln m = 2 atanh(s), s = (m - 1) / (m + 1), |s| < 0.172: 11 terms leave less than 1e-18.
  const s = (mantissa - 1) / (mantissa + 1);
  const s2 = s * s;
  let sum = 0;
  for (let n = 21; n >= 3; n -= 2) sum = s2 * (1 / n + sum);
  return [exponent, 2 * s + 2 * s * sum];
}

/** Natural logarithm; -Infinity at 0, NaN below. */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN;
  if (x === Number.POSITIVE_INFINITY) return x;
  const [k, lnM] = splitLog(x);
  return k * LN2_HIGH + (k * LN2_LOW + lnM);
}

/** Logarithm to base 2; exact for powers of two. */
export function log2(x: number): number {
  if (!(x > 0)) return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN;
  if (x === Number.POSITIVE_INFINITY) return x;
  const [k, lnM] = splitLog(x);
  return k + lnM * LOG2_E;
}

/** Logarithm to base 10. */
export function log10(x: number): number {
  return log(x) * Math.LOG10E;
}

/** x to the power y for x >= 0; relative error grows with |y log2 x|, below 1e-13 for results within 1e+-30. */
export function pow(x: number, y: number): number {
  if (y === 0) return 1;
  if (x === 0) return y > 0 ? 0 : Number.POSITIVE_INFINITY;
  return exp2(y * log2(x));
}

/** sin r for |r| <= pi/4 (Taylor to r^17). */
function sinSmall(r: number): number {
  const r2 = r * r;
  let sum = 0;
  for (let n = 16; n >= 2; n -= 2) sum = (-r2 / (n * (n + 1))) * (1 + sum);
  return r + r * sum;
}

/** cos r for |r| <= pi/4 (Taylor to r^16). */
function cosSmall(r: number): number {
  const r2 = r * r;
  let sum = 0;
  for (let n = 15; n >= 1; n -= 2) sum = (-r2 / (n * (n + 1))) * (1 + sum);
  return 1 + sum;
}

/** sin of x + quadrants * pi/2, for |x| < 2^20. */
function sinShifted(x: number, quadrants: number): number {
  const k = Math.floor(x * TWO_OVER_PI + 0.5);
  const r = x - k * HALF_PI_1 - k * HALF_PI_2 - k * HALF_PI_3;
  const quadrant = (((k + quadrants) % 4) + 4) % 4;
  const value = quadrant % 2 === 0 ? sinSmall(r) : cosSmall(r);
  return quadrant < 2 ? value : -value;
}

/** Sine of an angle in radians, |x| < 2^20. */
export function sin(x: number): number {
  return sinShifted(x, 0);
}

/** Cosine of an angle in radians, |x| < 2^20. */
export function cos(x: number): number {
  return sinShifted(x, 1);
}

/** Tangent of an angle in radians, |x| < 2^20. */
export function tan(x: number): number {
  return sinShifted(x, 0) / sinShifted(x, 1);
}

/** Linear factor of a gain in dB: 10^(dB/20); 0 for -Infinity. */
export function dbToGain(db: number): number {
  return exp2(db * 0.16609640474436813); // log2(10) / 20
}

/** dB of a linear factor: 20 log10 |gain|; -Infinity at 0. */
export function gainToDb(gain: number): number {
  return 20 * log10(Math.abs(gain));
}

/** Power of a level in dB: 10^(dB/10), as the square of its gain; 0 for -Infinity. */
export function dbToPower(db: number): number {
  const gain = dbToGain(db);
  return gain * gain;
}

/** dB of a power: 10 log10 power; -Infinity at 0. */
export function powerToDb(power: number): number {
  return 10 * log10(power);
}
