import { dbToGain, sin } from '../elementary.ts';
import { kaiserWindow } from '../kaiser-window.ts';
import type { KernelMemory } from '../kernel-memory.ts';

/** A low-pass for a change of rate; frequencies are shares of the smaller of the two Nyquist frequencies. */
export interface SincDesign {
  /** Flat up to here; from 1 on nothing passes. */
  readonly pass: number;
  /** By how much what would be an image or an alias is down, in dB. */
  readonly attenuation: number;
}

/** Sampled impulse responses of one low-pass, each a little later than the one before. */
export interface SincBank {
  /** Coefficients of row r: `taps` of them from `r * taps` on. There are `rows` + 1, the last is the first, a frame on. */
  readonly coefs: Float32Array;
  readonly rows: number;
  /** A multiple of 16. */
  readonly taps: number;
}

/** Rows up to which every phase of a ratio has its own; enough for 11,025 to 192,000 Hz. */
const MOST_PHASES = 2560;

/** Kernels add 16 products side by side. */
const TAPS_STEP = 16;

/** sin(pi x) / (pi x). */
const sinc = (x: number): number => (x === 0 ? 1 : sin(Math.PI * x) / (Math.PI * x));

/** The parameter of a Kaiser window whose low-pass is down by `attenuation` dB, above 50 (Kaiser 1974, eq. 10). */
const kaiserBeta = (attenuation: number): number => 0.1102 * (attenuation - 8.7);

/** Taps of a low-pass under a Kaiser window with a transition so wide, in shares of Nyquist (Kaiser 1974, eq. 11). */
const kaiserTaps = (attenuation: number, transition: number): number =>
  (attenuation - 7.95) / (2.285 * Math.PI * transition) + 1;

/**
 * Rows between which a straight line is good enough: its error for a sine of w radians a row is w^2 / 8 of it
 * (the second-order remainder of linear interpolation).
 */
const rowsForLine = (attenuation: number, cutoff: number): number =>
  Math.ceil((Math.PI * cutoff) / Math.sqrt(8 * dbToGain(-attenuation)));

/**
 * The rows for `up` output frames in `down` input frames, in lowest terms: one for each phase, or where those are too
 * many, or `between` asks for any phase, so many that straight lines between them will do.
 */
export function sincBank(
  memory: KernelMemory,
  up: number,
  down: number,
  { pass, attenuation }: SincDesign,
  between: boolean,
): SincBank {
  const narrower = Math.min(1, up / down);
  const cutoff = narrower * ((pass + 1) / 2);
  const taps = TAPS_STEP * Math.ceil(kaiserTaps(attenuation, narrower * (1 - pass)) / TAPS_STEP);
  const exact = !between && Math.max(up, down) <= MOST_PHASES;
  const rows = exact ? up : rowsForLine(attenuation, narrower);
  const coefs = memory.f32((rows + 1) * taps);
  const beta = kaiserBeta(attenuation);
  const half = taps / 2;
  const row = new Float64Array(taps);
  // The response is even: the second half of the rows is the first one, backwards.
  for (let r = 0; 2 * r <= rows; r++) {
    let sum = 0;
    for (let k = 0; k < taps; k++) {
      const time = r / rows + half - 1 - k;
      row[k] = sinc(cutoff * time) * kaiserWindow(time / half, beta);
      sum += row[k];
    }
    for (let k = 0; k < taps; k++) {
      // Every phase has the gain 1 at 0 Hz, so that a constant stays one.
      coefs[r * taps + k] = row[k] / sum;
      coefs[(rows - r) * taps + (taps - 1 - k)] = row[k] / sum;
    }
  }
  return { coefs, rows, taps };
}
