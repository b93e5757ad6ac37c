import { powerToDb } from '../elementary.ts';
import type { Kernels } from '../kernel-memory.ts';
import { addScaled64, scaledSum64 } from '../levels/long-sums.ts';
import type { BandMaskPair } from './band-masks.ts';
import { octavePowers } from './frequency-bands.ts';
import { HANN_ENBW } from './hann-window.ts';
import {
  countAt,
  FEATURES,
  type FeatureName,
  featureAt,
  type SpectrumLayout,
  THIRDS_AT,
  type ViewName,
} from './spectrum-layout.ts';

/** Levels of neighbouring bands in dB re a full-scale sine; -Infinity where there is nothing. */
export type BandLevels = {
  /** Centres in Hz. */
  readonly freqs: readonly number[];
  readonly levels: readonly number[];
};

/** What is known of one view, in one window or as a mean over several; null where undefined, as in silence. */
export type ViewFigures = Readonly<Record<FeatureName, number | null>> & {
  /** Power without DC in dB re a full-scale sine (3.01 dB more than the RMS in dBFS). */
  readonly level: number;
  readonly octaves: BandLevels;
  readonly thirdOctaves: BandLevels;
  /** The critical bands. */
  readonly bark: BandLevels;
};

/** The same without the levels in bands. */
export function withoutBands(figures: ViewFigures) {
  const { octaves: _octaves, thirdOctaves: _thirds, bark: _bark, ...others } = figures;
  return others;
}

/** What is known of all views. `mid` and `side` are null without left and right. */
export interface SpectrumFigures {
  /** Windows that these figures are of. */
  readonly windows: number;
  /** Side energy over that of mid and side: 0 mono, 0.5 unrelated channels, 1 out of phase; null without a pair or sound. */
  readonly width: number | null;
  readonly programme: ViewFigures;
  readonly mid: ViewFigures | null;
  readonly side: ViewFigures | null;
}

/** A figure as readings have it: null for NaN, where it is undefined. */
export const defined = (value: number): number | null => (Number.isNaN(value) ? null : value);

const widthOf = (mid: number, side: number): number | null => (mid + side > 0 ? side / (mid + side) : null);

function viewFigures(
  { octaves, thirds, bark }: SpectrumLayout,
  power: number,
  feature: (index: number) => number,
  thirdPowers: Float64Array,
  barkPowers: Float64Array,
): ViewFigures {
  const values = FEATURES.map((_, index) => defined(feature(index)));
  const [centroid, rolloff, flatness, flux, crest, zeroCrossingRate] = values;
  return {
    level: powerToDb(power),
    centroid,
    rolloff,
    flatness,
    flux,
    crest,
    zeroCrossingRate,
    octaves: { freqs: octaves, levels: octavePowers(thirdPowers, octaves.length).map(powerToDb) },
    thirdOctaves: { freqs: thirds.freqs, levels: Array.from(thirdPowers, powerToDb) },
    bark: { freqs: bark.freqs, levels: Array.from(barkPowers, powerToDb) },
  };
}

const together = (
  windows: number,
  [programme, mid, side]: readonly (ViewFigures | undefined)[],
  width: number | null,
): SpectrumFigures => ({ windows, width, programme: programme!, mid: mid ?? null, side: side ?? null });

/** What a window's record says; the width only where mid and side are looked at. */
export function recordFigures(layout: SpectrumLayout, record: Float64Array): SpectrumFigures {
  const { views, viewLength, thirds } = layout;
  const parts = views.map((_, view) => record.subarray(view * viewLength, (view + 1) * viewLength));
  const barkAt = THIRDS_AT + thirds.freqs.length;
  const figures = parts.map((part) => {
    const [thirdPowers, barkPowers] = [part.subarray(THIRDS_AT, barkAt), part.subarray(barkAt)];
    return viewFigures(layout, part[0], (feature) => part[featureAt(feature)], thirdPowers, barkPowers);
  });
  return together(1, figures, parts.length > 1 ? widthOf(parts[1][0], parts[2][0]) : null);
}

/** What a channel's power counts for in a view. */
function shareIn(view: ViewName, channel: number, { weights, pair }: SpectrumLayout): number {
  if (view === 'programme') return weights[channel];
  return Number(channel === pair?.[view === 'mid' ? 0 : 1]);
}

/**
 * Mean power of a view over the windows of some sums, in bins 0..fftSize/2, on a scale where a full-scale sine on a bin
 * is 1 there. Over 1.5 it adds up to twice the mean square. With kernels, both arrays stand on their memory.
 */
export function meanPower(
  layout: SpectrumLayout,
  sums: Float64Array,
  view: ViewName,
  mean: Float64Array = new Float64Array(layout.bins),
  kernels: Kernels | null = null,
): Float64Array {
  const { bins, powersAt, weights } = layout;
  mean.fill(0);
  for (let channel = 0; channel < weights.length; channel++) {
    const share = shareIn(view, channel, layout);
    if (share !== 0) addScaled64(kernels, mean, sums, powersAt + channel * bins, share / sums[0]);
  }
  return mean;
}

/** Twice the mean square of what has this spectrum, without DC. */
export const totalPower = (power: Float64Array, kernels: Kernels | null = null): number =>
  scaledSum64(kernels, power, 1, power.length, 1) / HANN_ENBW;

/** Width from sums over windows: of mid and side, which are a channel each. */
export function widthFrom(
  { pair, bins, powersAt }: SpectrumLayout,
  sums: Float64Array,
  kernels: Kernels | null = null,
): number | null {
  const powerOf = (channel: number): number => {
    const from = powersAt + channel * bins;
    return scaledSum64(kernels, sums, from + 1, from + bins, 1 / sums[0]) / HANN_ENBW;
  };
  return pair && widthOf(powerOf(pair[0]), powerOf(pair[1]));
}

/** Mean of a feature over the windows that have it; NaN where none has. */
export const meanFeature = (sums: Float64Array, view: number, feature: number): number =>
  sums[countAt(view, feature) + 1] / sums[countAt(view, feature)];

/**
 * What sums over windows say: mean powers, and the mean of each feature over the windows where it is defined and that are
 * louder than -90 dB; null before the first window.
 */
export function sumsFigures(
  layout: SpectrumLayout,
  masks: BandMaskPair,
  sums: Float64Array,
): SpectrumFigures | null {
  if (sums[0] === 0) return null;
  const figures = layout.views.map((view, n) => {
    const power = meanPower(layout, sums, view);
    const mean = (feature: number): number => meanFeature(sums, n, feature);
    const [thirds, bark] = [masks.thirds.measureMean(power), masks.bark.measureMean(power)];
    return viewFigures(layout, totalPower(power), mean, thirds, bark);
  });
  return together(sums[0], figures, widthFrom(layout, sums));
}
