import { type ContentProfile, DENSE_CREST, WIDE_RANGE } from './content-profile.ts';
import type { GenreEstimate } from './genre-estimate.ts';
import type { MasteringPreset } from './mastering-target.ts';
import type { ReferenceProfile } from './reference-profile.ts';
import { blendCurves, curveOfLevels, tonalCurve } from './tonal-curve.ts';

/** What is aimed at: the preset alone, the reference alone, or the middle between the two. */
export const MODES = ['adaptive', 'reference', 'hybrid'] as const;
export type MasteringMode = (typeof MODES)[number];

/** What the rules know beside the content. */
export interface Aim {
  readonly preset: MasteringPreset;
  readonly mode: MasteringMode;
  /** Null in the mode `adaptive`. */
  readonly reference: ReferenceProfile | null;
  /** How far the way to the aim is gone, 0..1. Loudness and ceiling hold whatever it is. */
  readonly amount: number;
}

/** What a rule says: values, the figures it looked at, and why. */
export interface Ruling<T> {
  readonly rule: string;
  readonly value: T;
  readonly measured: Readonly<Record<string, number | string | null>>;
  readonly because: string;
}

/** Share of the reference's curve and figures in the aim. */
const REFERENCE_SHARE: Readonly<Record<MasteringMode, number>> = { adaptive: 0, hybrid: 0.5, reference: 1 };
/** Bounds of the loudness that a reference may ask for: broadcast to a very loud master, LUFS. */
const REFERENCE_LOUDNESS = [-31, -8] as const;
/** A reference is asked for by its owner, so its curve may move a band farther than a preset's. */
const REFERENCE_MOVE = 12;

/** dB by which the crest is too large at which the whole ratio is used. */
const FULL_EXCESS = 10;
/** Threshold over the loudness in dB: the mean level passes, what stands out of it is turned down. */
const THRESHOLD_OVER_LOUDNESS = 4;
/** Quiet material, in LUFS, is treated as dynamic. */
const QUIET = -30;
/** Part of the ratio that quiet and dynamic material gets. */
const SPARED = 0.5;
/** Largest and smallest factor on the side. */
const MOST_WIDTH = 1.25;
const LEAST_WIDTH = 0.85;
/** Distance of a factor from 1 that is not worth a stage. */
const SAME_WIDTH = 0.01;
/** Distance from an even share of mid and side at which channels count as unrelated, or as one that is silent. */
const UNRELATED = 0.002;
/** Side energy under which there is no side to widen: noise of a mono transfer. */
const NO_SIDE = 0.001;

/** Rule for the tonal curve: dB for each of the 25 critical bands, against pink noise. */
export function ruleCurve(aim: Aim, genre: GenreEstimate | null): Ruling<readonly number[]> {
  const { preset, mode, reference } = aim;
  const own = tonalCurve(preset.curve);
  const share = genre === null ? 0 : preset.genreShare.value * genre.confidence;
  const adaptive = genre === null ? own : blendCurves(own, tonalCurve(genre.genre.curve), share);
  if (reference !== null) {
    const curve = curveOfLevels(reference.programme);
    return {
      rule: mode === 'hybrid' ? 'half-way-to-reference' : 'match-reference',
      value: blendCurves(adaptive, curve, REFERENCE_SHARE[mode]),
      measured: { recordings: reference.recordings },
      because: `the long-term spectrum of the reference is ${mode === 'hybrid' ? 'half of ' : ''}the aim`,
    };
  }
  if (genre === null || share === 0) {
    return {
      rule: 'preset-curve',
      value: own,
      measured: {},
      because: `the preset "${preset.name}" has this curve`,
    };
  }
  return {
    rule: 'lean-to-genre',
    value: adaptive,
    measured: { genre: genre.genre.name, confidence: genre.confidence, share },
    because: `it looks like ${genre.genre.name}, whose curve counts by its confidence`,
  };
}

/** Most that a band may be raised and lowered, in dB. */
export function bandLimits({ preset, reference }: Aim): { maxBoost: number; maxCut: number } {
  return reference === null
    ? { maxBoost: preset.maxBoost.value, maxCut: preset.maxCut.value }
    : { maxBoost: REFERENCE_MOVE, maxCut: REFERENCE_MOVE };
}

/** Rule for the loudness in LUFS. */
export function ruleLoudness({ preset, mode, reference }: Aim): Ruling<number> {
  const { loudness } = preset;
  if (reference === null || reference.loudness === null) {
    return { rule: 'preset-loudness', value: loudness.value, measured: {}, because: loudness.reason };
  }
  const [least, most] = REFERENCE_LOUDNESS;
  const bounded = Math.max(least, Math.min(most, reference.loudness));
  return {
    rule: 'reference-loudness',
    value: loudness.value + REFERENCE_SHARE[mode] * (bounded - loudness.value),
    measured: { reference: reference.loudness },
    because: 'the reference is as loud as that',
  };
}

/** Settings of the compressor. */
export interface Compression {
  readonly threshold: number;
  readonly ratio: number;
}

/** Rule for the compressor: by how far the peaks stand out, less where the material is quiet or dynamic, none where it is dense. */
export function ruleCompression(
  content: Pick<ContentProfile, 'loudness' | 'range' | 'crest'>,
  { preset, amount, reference, mode }: Aim,
): Ruling<Compression> {
  const { loudness, range, crest } = content;
  const none = { threshold: 0, ratio: 1 };
  if (loudness === null || crest === null) {
    return { rule: 'too-little', value: none, measured: {}, because: 'there is no loudness to go by' };
  }
  const share = REFERENCE_SHARE[mode];
  const wanted = preset.crest.value + share * ((reference?.crest ?? preset.crest.value) - preset.crest.value);
  const measured = { crest, wanted, loudness, range };
  if (crest < DENSE_CREST || crest <= wanted) {
    return {
      rule: 'leave-dense-alone',
      value: none,
      measured,
      because: 'its peaks do not stand out further than wanted',
    };
  }
  const spared = (range !== null && range > WIDE_RANGE) || loudness < QUIET;
  const part = Math.min(1, (crest - wanted) / FULL_EXCESS) * amount * (spared ? SPARED : 1);
  const threshold = Math.max(-60, Math.min(0, loudness + THRESHOLD_OVER_LOUDNESS));
  return {
    rule: spared ? 'spare-dynamics' : 'compress-crest',
    value: { threshold, ratio: 1 + (preset.ratio.value - 1) * part },
    measured,
    because: spared
      ? 'its peaks stand out, but quiet and dynamic material is compressed half as much'
      : 'its peaks stand out further than wanted',
  };
}

const keepWidth = (width: number | null, rule: string, because: string): Ruling<number> => ({
  rule,
  value: 1,
  measured: { width },
  because,
});

/** Rule for the factor on the side of two channels. */
export function ruleWidth(
  { channels, width }: Pick<ContentProfile, 'channels' | 'width'>,
  { preset, mode, reference, amount }: Aim,
): Ruling<number> {
  if (channels !== 2) return keepWidth(width, 'width-is-for-two', `it has ${channels} channels`);
  if (width === null || width < NO_SIDE) return keepWidth(width, 'no-side', 'there is no side to widen');
  if (Math.abs(width - 0.5) < UNRELATED) {
    return keepWidth(width, 'unrelated-channels', 'one channel is silent, or the two have nothing in common');
  }
  const share = REFERENCE_SHARE[mode];
  const bound = (own: number): number => own + share * ((reference?.width ?? own) - own);
  const narrowest = bound(preset.narrowest.value);
  const widest = bound(preset.widest.value);
  if (width >= narrowest && width <= widest)
    return keepWidth(width, 'keep-width', 'it is as wide as it should be');
  const wanted = width < narrowest ? narrowest : widest;
  // The factor f at which f^2 S / (M + f^2 S) is the wanted share.
  const exact = Math.sqrt((wanted * (1 - width)) / (width * Math.max(1e-3, 1 - wanted)));
  const factor = 1 + amount * (Math.max(LEAST_WIDTH, Math.min(MOST_WIDTH, exact)) - 1);
  if (Math.abs(factor - 1) < SAME_WIDTH)
    return keepWidth(width, 'keep-width', 'it is as wide as it should be');
  return {
    rule: width < narrowest ? 'widen-narrow' : 'narrow-wide',
    value: factor,
    measured: { width, wanted },
    because:
      width < narrowest
        ? 'it is narrower than wanted, and widened with care'
        : 'it is wider than wanted, and mono would suffer',
  };
}
