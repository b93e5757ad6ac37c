import { log2, powerToDb } from '../dsp/elementary.ts';
import { CRITICAL_BANDS, type CriticalBand, criticalBands } from '../dsp/spectrum/critical-bands.ts';
import type { CurvePoints } from './mastering-target.ts';

/** A rate at which all critical bands exist. */
const FULL_RATE = 44100;
/** Largest distance from the mean that a target of the equaliser may have, in dB. */
const MOST = 60;

/** The critical bands of a curve, whatever the rate of the audio. */
const BANDS: readonly CriticalBand[] = criticalBands(FULL_RATE);

/** What `tonalCurve` gave: a stream asks for the same few curves as long as it lasts. */
const curves = new WeakMap<CurvePoints, readonly number[]>();

/**
 * Level of each of the 25 critical bands against pink noise in dB, about their mean: straight lines over log frequency
 * through the points.
 */
export function tonalCurve(points: CurvePoints): readonly number[] {
  const known = curves.get(points);
  if (known) return known;
  const levels = BANDS.map(({ centreHz }) => {
    const above = points.findIndex(({ freq }) => freq >= centreHz);
    if (above === 0) return points[0].level;
    if (above < 0) return points[points.length - 1].level;
    const [low, high] = [points[above - 1], points[above]];
    return low.level + ((high.level - low.level) * log2(centreHz / low.freq)) / log2(high.freq / low.freq);
  });
  const curve = centred(levels);
  curves.set(points, curve);
  return curve;
}

/** The curve that a programme has: its band levels in dB per octave about their mean. Empty or missing bands take the next lower one's. */
export function curveOfLevels(bark: readonly (number | null)[]): readonly number[] {
  const density = BANDS.map(({ octaves }, n) => (bark[n] ?? Number.NEGATIVE_INFINITY) - powerToDb(octaves));
  const finite = density.filter((level) => level > Number.NEGATIVE_INFINITY);
  if (finite.length === 0) return BANDS.map(() => 0);
  const mean = finite.reduce((sum, level) => sum + level, 0) / finite.length;
  let last = finite[0];
  return density.map((level) => {
    last = level > Number.NEGATIVE_INFINITY ? level : last;
    return Math.max(-MOST, Math.min(MOST, last - mean));
  });
}

/** `share` of the way from one curve to another. */
export function blendCurves(
  from: readonly number[],
  to: readonly number[],
  share: number,
): readonly number[] {
  return from.map((level, n) => level + share * (to[n] - level));
}

const centred = (curve: readonly number[]): readonly number[] => {
  const mean = curve.reduce((sum, level) => sum + level, 0) / CRITICAL_BANDS;
  return curve.map((level) => level - mean);
};
