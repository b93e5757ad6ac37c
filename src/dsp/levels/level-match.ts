import { dbToGain, exp, gainToDb, pow, powerToDb } from '../elementary.ts';

/** The level of programme that is matched; alignment level of EBU R 68. */
const PROGRAMME_DB = -18;
/** Standard deviations on either side, and steps in each, of the mean over the distribution of samples. */
const REACH = 14;
const STEPS = 20;

/**
 * Gain in dB that gives a curve's output, without its offset, the level of its input for programme of -18 dBFS rms
 * which comes to the curve `driveDb` louder. Its samples are taken to have a Laplace distribution, as those of speech
 * and music nearly have (N. S. Jayant, P. Noll, "Digital Coding of Waveforms", 1984, chapter 2).
 */
export function levelMatchDb(curve: (x: number) => number, driveDb: number): number {
  const deviation = dbToGain(PROGRAMME_DB + driveDb);
  let weights = 0;
  let mean = 0;
  let square = 0;
  for (let n = -REACH * STEPS; n <= REACH * STEPS; n++) {
    const z = n / STEPS;
    const weight = exp(-Math.SQRT2 * Math.abs(z));
    const y = curve(deviation * z);
    weights += weight;
    mean += weight * y;
    square += weight * y * y;
  }
  mean /= weights;
  return PROGRAMME_DB - gainToDb(Math.sqrt(square / weights - mean * mean));
}

/** Ends of the band in which programme is taken to be pink, and points on the way. */
const BAND_HZ = [20, 20000] as const;
const POINTS = 31;

/** By how many dB the analogue tilt (g s + 1) / (s + g) about `freqHz` raises the level of pink programme. */
export function tiltedProgrammeDb(freqHz: number, gainDb: number): number {
  const g2 = dbToGain(2 * gainDb);
  const [low, high] = BAND_HZ;
  const ratio = pow(high / low, 1 / (POINTS - 1));
  let power = 0;
  for (let n = 0, x = low / freqHz; n < POINTS; n++, x *= ratio) {
    power += (g2 * x * x + 1) / (x * x + g2);
  }
  return powerToDb(power / POINTS);
}
