import { usageError } from '../../audio/errors.ts';
import { didYouMean } from '../../audio/nearest.ts';

/** What an analysis can measure, by the names of its figures. */
export const MEASURES = [
  'loudness',
  'truePeak',
  'samplePeak',
  'rms',
  'crestFactor',
  'dcOffset',
  'correlation',
  'clippedSamples',
  'noiseFloor',
  'spectrum',
  'features',
] as const;

export type Measure = (typeof MEASURES)[number];

/**
 * Checks names of measures; nothing given means all.
 * @throws AuralisError of kind `usage` that names the wrong one
 */
export function checkMeasures(names: readonly string[] = MEASURES): ReadonlySet<Measure> {
  const known: readonly string[] = MEASURES;
  const wrong = names.find((name) => !known.includes(name));
  if (wrong !== undefined) {
    throw usageError(
      `measure "${wrong}": expected one of ${MEASURES.join(', ')}${didYouMean(wrong, MEASURES)}`,
    );
  }
  if (names.length === 0)
    throw usageError(`no measure given: expected one or more of ${MEASURES.join(', ')}`);
  return new Set(names as readonly Measure[]);
}
