import { pow, tan } from '../elementary.ts';
import { type BiquadCoefs, IDENTITY } from '../filters/biquad-design.ts';

/**
 * The analogue prototype behind the tables of ITU-R BS.1770-5, Annex 1: the standard prints coefficients for 48 kHz
 * alone, and these are the corners, widths and gains of which the bilinear transform makes its digits again
 * (B. De Man, "Evaluation of Implementations of the EBU R128 Loudness Measurement", AES 145, 2018).
 */
const SHELF = { freqHz: 1681.974450955533, q: 0.7071752369554196, gainDb: 3.999843853973347 };
/** What the shelf's gain at its corner is, as a power of its whole gain. */
const SHELF_MIDDLE = 0.4996667741545416;
const HIGHPASS = { freqHz: 38.13547087602444, q: 0.5003270373238773 };
const STANDARD_RATE = 48000;
/** What a high-pass whose corner no frequency reaches lets through. */
const NOTHING: BiquadCoefs = { b0: 0, b1: 0, b2: 0, a1: 0, a2: 0 };

/** The bilinear transform's image of a corner frequency. */
const warped = (freqHz: number, sampleRate: number): number => tan((Math.PI * freqHz) / sampleRate);

function shelf(sampleRate: number): BiquadCoefs {
  if (SHELF.freqHz >= sampleRate / 2) return IDENTITY;
  const k = warped(SHELF.freqHz, sampleRate);
  const high = pow(10, SHELF.gainDb / 20);
  const middle = pow(high, SHELF_MIDDLE);
  const a0 = 1 + k / SHELF.q + k * k;
  return {
    b0: (high + (middle * k) / SHELF.q + k * k) / a0,
    b1: (2 * (k * k - high)) / a0,
    b2: (high - (middle * k) / SHELF.q + k * k) / a0,
    a1: (2 * (k * k - 1)) / a0,
    a2: (1 - k / SHELF.q + k * k) / a0,
  };
}

/** The RLB high-pass. The standard's numerator is 1 -2 1 at 48 kHz, a gain of 0.04 dB, which other rates keep. */
function highpass(sampleRate: number): BiquadCoefs {
  if (HIGHPASS.freqHz >= sampleRate / 2) return NOTHING;
  const scaleAt = (k: number): number => 1 + k / HIGHPASS.q + k * k;
  const k = warped(HIGHPASS.freqHz, sampleRate);
  const a0 = scaleAt(k);
  const b0 = scaleAt(warped(HIGHPASS.freqHz, STANDARD_RATE)) / a0;
  return { b0, b1: -2 * b0, b2: b0, a1: (2 * (k * k - 1)) / a0, a2: (1 - k / HIGHPASS.q + k * k) / a0 };
}

/**
 * The two sections of K-weighting at a sample rate: the tables of ITU-R BS.1770-5, Annex 1 at 48 kHz, and at others the
 * same response, as the annex asks. Where a corner lies at half the rate or above, as at the few kHz of telemetry, its section is
 * what it comes to there: the shelf passes everything, the high-pass nothing.
 */
export function kWeighting(sampleRate: number): readonly [BiquadCoefs, BiquadCoefs] {
  return [shelf(sampleRate), highpass(sampleRate)];
}
