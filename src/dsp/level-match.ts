import { dbToGain, exp, gainToDb } from './elementary.ts';

/** The level of programme that is matched; alignment level of EBU R 68. */
const PROGRAMME_DB = -18;
/** Standard deviations on either side, and steps in each, of the mean over a normal distribution. */
const REACH = 6;
const STEPS = 20;

/**
 * Gain in dB that gives a curve's output, without its offset, the level of its input for programme of -18 dBFS rms
 * which comes to the curve `driveDb` louder: its samples are taken as normally distributed, the means by the
 * trapezoidal rule, which for such a distribution converges faster than any power of the step.
 */
export function levelMatchDb(curve: (x: number) => number, driveDb: number): number {
  const deviation = dbToGain(PROGRAMME_DB + driveDb);
  let weights = 0;
  let mean = 0;
  let square = 0;
  for (let n = -REACH * STEPS; n <= REACH * STEPS; n++) {
    const z = n / STEPS;
    const weight = exp((-z * z) / 2);
    const y = curve(deviation * z);
    weights += weight;
    mean += weight * y;
    square += weight * y * y;
  }
  mean /= weights;
  return PROGRAMME_DB - gainToDb(Math.sqrt(square / weights - mean * mean));
}
