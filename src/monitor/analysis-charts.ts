import type { AnalysisCurves, TimeCurve, Verdict } from './analysis.ts';
import {
  axis,
  BLUE,
  BOTTOM,
  base,
  CHART_WIDTH,
  GREEN,
  LEFT,
  line,
  PALE_BLUE,
  pitch,
  RED,
  RIGHT,
  span,
  TOP,
  time,
} from './chart-parts.ts';
import type { ChartOption } from './chart-svg.ts';
import { spectrogramImage } from './spectrogram-image.ts';

/** What a chart is drawn from. */
export interface ChartSource {
  readonly curves: AnalysisCurves;
  /** Seconds. */
  readonly duration: number;
  readonly verdict: Verdict | undefined;
  /** Curves of all inputs that are shown side by side, so that their scales are the same. */
  readonly beside: readonly AnalysisCurves[];
}

/** A chart of an analysis. */
export interface AnalysisChart {
  readonly name: string;
  readonly title: string;
  /** Height in pixels where the width is `CHART_WIDTH`. */
  readonly height: number;
  readonly option: (source: ChartSource) => ChartOption;
}

/** dB from the top of the spectrogram's scale to its end. */
const SPECTROGRAM_DB = 90;

/** Points of a curve, each in the middle of its step; no point where there is no level. */
const points = ({ step, values }: TimeCurve, duration: number, change = (value: number) => value) =>
  values.map((value, n) => [
    Math.min(duration, (n + 0.5) * step),
    Number.isFinite(value) ? change(value) : null,
  ]);

const area = (name: string, colour: string, data: unknown): object =>
  line(name, colour, data, 0, { areaStyle: { color: colour, opacity: 1, origin: 0 } });

/** Dashed lines at the bounds that a verdict has for a figure. */
function bounds(verdict: Verdict | undefined, figure: string): object {
  const levels = (verdict?.clauses ?? [])
    .filter((clause) => clause.figure === figure)
    .flatMap(({ min, max }) => [min, max].filter((bound) => bound !== null));
  return {
    markLine: {
      silent: true,
      symbol: 'none',
      lineStyle: { color: GREEN, type: 'dashed', width: 1 },
      label: { show: false },
      data: [...new Set(levels)].map((level) => ({ yAxis: level })),
    },
  };
}

function loudness({ curves, duration, verdict, beside }: ChartSource): ChartOption {
  const { momentary, shortTerm, integrated } = curves;
  const [low, high] = span(
    beside.flatMap((one) => [one.momentary.values, one.shortTerm.values]),
    10,
    30,
    50,
  );
  return {
    ...base('Loudness in LUFS', ['momentary', 'short-term', 'integrated']),
    xAxis: time(duration),
    yAxis: axis(low, high),
    series: [
      line('momentary', PALE_BLUE, points(momentary, duration), 1, bounds(verdict, 'loudness.integrated')),
      line('short-term', BLUE, points(shortTerm, duration), 1.8),
      line('integrated', RED, points(integrated, duration), 1.8),
    ],
  };
}

function truePeak({ curves, duration, verdict, beside }: ChartSource): ChartOption {
  const [low, high] = span(
    beside.map((one) => one.truePeak.values),
    6,
    24,
    48,
  );
  return {
    ...base('True peak in dBTP'),
    xAxis: time(duration),
    yAxis: axis(low, Math.max(0, high), { interval: 6 }),
    series: [line('true peak', BLUE, points(curves.truePeak, duration), 1.2, bounds(verdict, 'truePeak'))],
  };
}

function waveform({ curves, duration, beside }: ChartSource): ChartOption {
  const { peak, rms } = curves;
  const most = Math.max(1, Math.ceil(Math.max(0, ...beside.flatMap((one) => one.peak.values)) * 10) / 10);
  const negative = (value: number): number => -value;
  return {
    ...base('Waveform', ['peak', 'RMS']),
    xAxis: time(duration),
    yAxis: axis(-most, most),
    series: [
      area('peak', PALE_BLUE, points(peak, duration)),
      area('peak', PALE_BLUE, points(peak, duration, negative)),
      area('RMS', BLUE, points(rms, duration)),
      area('RMS', BLUE, points(rms, duration, negative)),
    ],
  };
}

function spectrum({ curves, beside }: ChartSource): ChartOption {
  const { freqs, levels } = curves.spectrum;
  const [low, high] = span(
    beside.map((one) => one.spectrum.levels),
    10,
    40,
    100,
  );
  const data = freqs.map((freq, n) => [freq, Number.isFinite(levels[n]) ? levels[n] : null]);
  return {
    ...base('Long-term spectrum in dBFS'),
    xAxis: pitch(curves.spectrogram.range[1]),
    yAxis: axis(low, high),
    series: [
      line('spectrum', BLUE, data, 1.5, { areaStyle: { color: PALE_BLUE, opacity: 0.35, origin: 'start' } }),
    ],
  };
}

function spectrogram({ curves, duration, beside }: ChartSource): ChartOption {
  const { columns, range, start, step } = curves.spectrogram;
  const loudest = beside.flatMap((one) => one.spectrogram.columns.map((column) => Math.max(...column)));
  const [, high] = span([loudest], 10, SPECTROGRAM_DB, SPECTROGRAM_DB);
  const image = spectrogramImage(columns, high - SPECTROGRAM_DB, high);
  const height = SPECTROGRAM_HEIGHT - TOP - BOTTOM;
  const pixels = (CHART_WIDTH - LEFT - RIGHT) / Math.max(duration, start + step);
  const end = Math.min(duration, start + columns.length * step);
  return {
    ...base(`Spectrogram in Hz, ${high - SPECTROGRAM_DB} to ${high} dBFS`),
    xAxis: time(duration),
    yAxis: {
      ...pitch(range[1]),
      splitLine: { show: false },
      minorSplitLine: { show: false },
    },
    series: [line('', BLUE, [])],
    graphic: {
      type: 'image',
      silent: true,
      style: { image, x: LEFT + start * pixels, y: TOP, width: Math.max(0, end - start) * pixels, height },
    },
  };
}

function correlation({ curves, duration }: ChartSource): ChartOption {
  return {
    ...base(
      curves.correlation ? 'Stereo correlation' : 'Stereo correlation: the input has no left and right',
    ),
    xAxis: time(duration),
    yAxis: axis(-1, 1, { interval: 0.5 }),
    series: [
      line('correlation', GREEN, curves.correlation ? points(curves.correlation, duration) : [], 1.2, {
        areaStyle: { color: GREEN, opacity: 0.15, origin: 0 },
      }),
    ],
  };
}

const SPECTROGRAM_HEIGHT = 320;

/** Every chart of a page, in order. */
export const CHARTS: readonly AnalysisChart[] = [
  { name: 'loudness', title: 'Loudness over time', height: 300, option: loudness },
  { name: 'true-peak', title: 'True peak over time', height: 220, option: truePeak },
  { name: 'waveform', title: 'Waveform envelope', height: 220, option: waveform },
  { name: 'spectrum', title: 'Long-term spectrum', height: 280, option: spectrum },
  { name: 'spectrogram', title: 'Spectrogram', height: SPECTROGRAM_HEIGHT, option: spectrogram },
  { name: 'correlation', title: 'Stereo correlation', height: 200, option: correlation },
];

/** How the long-term spectrum of one input differs from another's. */
export function spectrumChange(before: AnalysisCurves, after: AnalysisCurves): ChartOption {
  const { freqs } = after.spectrum;
  const change = after.spectrum.levels.map((level, n) => level - (before.spectrum.levels[n] ?? Number.NaN));
  const most = Math.max(6, Math.ceil(Math.max(...change.filter(Number.isFinite).map(Math.abs), 0) / 3) * 3);
  return {
    ...base('Change of the long-term spectrum in dB'),
    xAxis: pitch(after.spectrogram.range[1]),
    yAxis: axis(-most, most),
    series: [
      line(
        'change',
        RED,
        freqs.map((freq, n) => [freq, Number.isFinite(change[n]) ? change[n] : null]),
      ),
    ],
  };
}
