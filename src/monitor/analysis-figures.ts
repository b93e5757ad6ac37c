import { describeFormat } from '../audio/format.ts';
import type { Analysis, ChannelAnalysis, Level } from './analysis.ts';

/** A figure as people read it. */
interface Figure<T> {
  readonly title: string;
  readonly unit: string;
  /** Unit of a difference. */
  readonly differenceUnit: string;
  readonly digits: number;
  readonly of: (subject: T) => Level | undefined;
}

const level = <T>(title: string, unit: string, of: Figure<T>['of'], differenceUnit = 'dB'): Figure<T> => ({
  title,
  unit,
  differenceUnit,
  digits: 1,
  of,
});

/** A single number among the features; undefined where they were not asked for. */
const feature =
  (name: string): Figure<Analysis>['of'] =>
  ({ features }) => {
    const value = features?.[name];
    return typeof value === 'number' ? value : features && null;
  };

/** The figures of a whole input, in the order of tables and pages. */
export const FIGURES: readonly (Figure<Analysis> & { readonly name: string })[] = [
  {
    name: 'loudness.integrated',
    ...level<Analysis>('integrated loudness', 'LUFS', (a) => a.loudness?.integrated, 'LU'),
  },
  { name: 'loudness.range', ...level<Analysis>('loudness range', 'LU', (a) => a.loudness?.range, 'LU') },
  {
    name: 'loudness.momentaryMax',
    ...level<Analysis>('momentary maximum', 'LUFS', (a) => a.loudness?.momentaryMax, 'LU'),
  },
  {
    name: 'loudness.shortTermMax',
    ...level<Analysis>('short-term maximum', 'LUFS', (a) => a.loudness?.shortTermMax, 'LU'),
  },
  { name: 'truePeak', ...level<Analysis>('true peak', 'dBTP', (a) => a.truePeak) },
  { name: 'samplePeak', ...level<Analysis>('sample peak', 'dBFS', (a) => a.samplePeak) },
  { name: 'rms', ...level<Analysis>('RMS', 'dB', (a) => a.rms) },
  { name: 'crestFactor', ...level<Analysis>('crest factor', 'dB', (a) => a.crestFactor) },
  { name: 'noiseFloor', ...level<Analysis>('noise floor', 'dB', (a) => a.noiseFloor) },
  { name: 'dcOffset', ...level<Analysis>('DC offset', '', (a) => a.dcOffset, ''), digits: 6 },
  { name: 'correlation', ...level<Analysis>('correlation', '', (a) => a.correlation, ''), digits: 2 },
  {
    name: 'clippedSamples',
    ...level<Analysis>('clipped samples', '', (a) => a.clippedSamples, ''),
    digits: 0,
  },
  {
    name: 'features.centroid',
    ...level<Analysis>('spectral centroid', 'Hz', feature('centroid'), 'Hz'),
    digits: 0,
  },
  { name: 'features.width', ...level<Analysis>('stereo width', '', feature('width'), ''), digits: 2 },
  { name: 'features.tempo', ...level<Analysis>('tempo', 'bpm', feature('tempo'), 'bpm') },
];

/** The figures of a channel. */
export const CHANNEL_FIGURES: readonly Figure<ChannelAnalysis>[] = [
  level('true peak', 'dBTP', (c) => c.truePeak),
  level('sample peak', 'dBFS', (c) => c.samplePeak),
  level('RMS', 'dB', (c) => c.rms),
  level('crest factor', 'dB', (c) => c.crestFactor),
  { ...level<ChannelAnalysis>('DC offset', '', (c) => c.dcOffset, ''), digits: 6 },
  { ...level<ChannelAnalysis>('clipped samples', '', (c) => c.clippedSamples, ''), digits: 0 },
];

/** A figure in words: `-14.3`, `-inf` for silence, `-` where it is not defined. */
export function figureText(value: Level | undefined, digits: number): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '-';
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf';
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace('-', '') : text;
}

/** The difference of two figures; null where one of them is no number. */
export function difference(a: Level | undefined, b: Level | undefined): number | null {
  const value = (b ?? Number.NaN) - (a ?? Number.NaN);
  return Number.isFinite(value) ? value : null;
}

/** A difference in words, with its sign. */
export function differenceText(value: number | null, digits: number): string {
  const text = figureText(value, digits);
  return value !== null && Number(text) > 0 ? `+${text}` : text;
}

/** `48000 Hz, 2 channels (FL FR), s16 wav`. */
export function formatText({ format }: Analysis): string {
  return `${describeFormat(format)}, ${format.encoding} ${format.container}`;
}

/** Seconds as `3:07.25`, from an hour on as `1:03:07.25`. */
export function durationText(seconds: number): string {
  const hundredths = Math.round(seconds * 100);
  const two = (value: number): string => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(hundredths / 360000), Math.floor(hundredths / 6000) % 60];
  const rest = `${two(Math.floor(hundredths / 100) % 60)}.${two(hundredths % 100)}`;
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}
