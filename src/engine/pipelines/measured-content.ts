import type { BandLevels } from '../../dsp/spectrum/spectrum-figures.ts';
import { type ContentProfile, contentProfile } from '../../mastering/content-profile.ts';
import type { Analysis } from '../../monitor/analysis.ts';
import type { Measure } from '../analysis/measures.ts';

/** What an analysis has to measure for a content profile. */
export const MASTERING_MEASURES: readonly Measure[] = [
  'loudness',
  'samplePeak',
  'noiseFloor',
  'correlation',
  'spectrum',
  'features',
];

/** What an analysis says of the content. */
export function contentOf(analysis: Analysis): ContentProfile {
  const { loudness, features = {} } = analysis;
  const feature = (name: string): number | null => finite(features[name] as number | null | undefined);
  return contentProfile({
    seconds: analysis.duration,
    channels: analysis.format.channels,
    loudness: finite(loudness?.integrated),
    range: finite(loudness?.range),
    samplePeak: finite(analysis.samplePeak),
    noiseFloor: finite(analysis.noiseFloor),
    bark: viewLevels(analysis, null),
    centroid: feature('centroid'),
    rolloff: feature('rolloff'),
    flatness: feature('flatness'),
    zeroCrossingRate: feature('zeroCrossingRate'),
    tempo: feature('tempo'),
    width: feature('width'),
    correlation: finite(analysis.correlation),
  });
}

/** Levels of the critical bands of the programme, or of mid or side; null where there are none. */
export function viewLevels({ spectrum }: Analysis, view: 'mid' | 'side' | null): readonly number[] | null {
  const section = view === null ? spectrum : (spectrum?.[view] as Analysis['spectrum'] | null);
  return (section?.bark as BandLevels | null | undefined)?.levels ?? null;
}

const finite = (value: number | null | undefined): number | null =>
  value !== undefined && value !== null && Number.isFinite(value) ? value : null;
