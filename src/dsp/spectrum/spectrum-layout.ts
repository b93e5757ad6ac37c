import { type AudioFormat, stereoPair } from '../../audio/format.ts';
import type { FftSize } from './fft.ts';
import { barkBands, type FrequencyBands, octaveCentres, thirdOctaveBands } from './frequency-bands.ts';

/** What a spectrum analysis is made for. */
export interface SpectrumSpec {
  readonly format: AudioFormat;
  readonly fftSize: FftSize;
}

/**
 * What is looked at. `programme`: the mean power of all channels, so that nothing cancels. `mid` and `side`: (L + R) / 2
 * and (L - R) / 2, where there are left and right.
 */
export type ViewName = 'programme' | 'mid' | 'side';

/** Places of a view's figures in a window's record, in Hz where they are frequencies; NaN where undefined. */
export const FEATURES = ['centroid', 'rolloff', 'flatness', 'flux', 'crest', 'zeroCrossingRate'] as const;
export type FeatureName = (typeof FEATURES)[number];

/** Places before the features: the power of the view, twice its mean square, without DC. */
const POWER_PLACES = 1;

/** How records and sums of one format are laid out: the same wherever they are computed. */
export interface SpectrumLayout extends SpectrumSpec {
  readonly pair: readonly [number, number] | null;
  readonly views: readonly ViewName[];
  /** Share of each channel's (or mid's, side's) power in the programme; they make the mean of the channels. */
  readonly weights: readonly number[];
  /** Nominal centres of the octave bands in Hz. */
  readonly octaves: readonly number[];
  readonly thirds: FrequencyBands;
  readonly bark: FrequencyBands;
  /** Doubles of one view in a window's record: its power, the features, third-octave powers, critical-band powers. */
  readonly viewLength: number;
  /** Doubles of a window's record. */
  readonly recordLength: number;
  /** Bins 0..fftSize/2. */
  readonly bins: number;
  /** Doubles of the sums: windows; for each view a count and a sum of each feature; for each channel the powers. */
  readonly sumsLength: number;
  /** Where the channels' powers begin in the sums. */
  readonly powersAt: number;
}

/** Index of a feature in a view's part of a record. */
export const featureAt = (feature: number): number => POWER_PLACES + feature;
/** Index of the programme's flux in a record: the onset curve is made of it. */
export const FLUX_AT = featureAt(FEATURES.indexOf('flux'));
/** Index of the first third-octave band in a view's part of a record. */
export const THIRDS_AT = POWER_PLACES + FEATURES.length;
/** Index in the sums of the count of a view's feature; its sum follows. */
export const countAt = (view: number, feature: number): number => 1 + 2 * (view * FEATURES.length + feature);

/** The layout for a format: of all views that there are, or of the programme alone. */
export function spectrumLayout(
  { format, fftSize }: SpectrumSpec,
  wanted: 'all' | 'programme' = 'all',
): SpectrumLayout {
  const { sampleRate, channels } = format;
  const pair = stereoPair(format);
  const views: readonly ViewName[] = pair && wanted === 'all' ? ['programme', 'mid', 'side'] : ['programme'];
  const thirds = thirdOctaveBands(sampleRate);
  const bark = barkBands(sampleRate);
  const viewLength = THIRDS_AT + thirds.freqs.length + bark.freqs.length;
  const bins = fftSize / 2 + 1;
  const powersAt = countAt(views.length, 0);
  return {
    format,
    fftSize,
    pair,
    views,
    // L^2 + R^2 = 2 (M^2 + S^2)
    weights: Array.from({ length: channels }, (_, c) => (pair?.includes(c) ? 2 : 1) / channels),
    octaves: octaveCentres(sampleRate),
    thirds,
    bark,
    viewLength,
    recordLength: views.length * viewLength,
    bins,
    sumsLength: powersAt + channels * bins,
    powersAt,
  };
}
