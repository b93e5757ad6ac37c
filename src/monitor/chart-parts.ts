import type { ChartOption } from './chart-svg.ts';
import { clockTime } from './clock-time.ts';

/** Width of a chart in pixels. */
export const CHART_WIDTH = 960;

/** Colours, for print too. */
export const INK = '#24292f';
export const FAINT = '#d9dee3';
export const BLUE = '#0b62c4';
export const PALE_BLUE = '#9cc3ee';
export const RED = '#c9252d';
export const GREEN = '#187a3c';
// Without quotes, which would end the SVG attribute that it goes into.
const FONT = 'system-ui, Segoe UI, Helvetica Neue, Arial, DejaVu Sans, sans-serif';
/** Room around a plot, in pixels. */
export const LEFT = 58;
export const RIGHT = 24;
export const TOP = 42;
export const BOTTOM = 34;
/** An axis of levels. */
export const axis = (min: number, max: number, more: object = {}): object => ({
  type: 'value',
  min,
  max,
  axisLine: { show: true, lineStyle: { color: INK } },
  axisLabel: { color: INK },
  splitLine: { lineStyle: { color: FAINT } },
  ...more,
});

/** An axis of frequencies up to `max` Hz. */
export const pitch = (max: number): object => ({
  type: 'log',
  min: 20,
  max,
  axisLine: { lineStyle: { color: INK } },
  axisLabel: {
    color: INK,
    showMaxLabel: false,
    formatter: (freq: number) => (freq >= 1000 ? `${freq / 1000}k` : `${freq}`),
  },
  splitLine: { lineStyle: { color: FAINT } },
  minorSplitLine: { show: true, lineStyle: { color: '#eef1f4' } },
});

/** An axis of seconds. */
export const time = (duration: number): object =>
  axis(0, Math.max(duration, 0.001), {
    axisLabel: {
      color: INK,
      showMaxLabel: false,
      formatter: (seconds: number) => (duration < 10 ? `${seconds} s` : clockTime(seconds)),
    },
    splitLine: { show: false },
  });

/** A chart with a title and, for more than one curve, a legend. */
export const base = (title: string, names: readonly string[] = []): ChartOption => ({
  textStyle: { fontFamily: FONT, color: INK },
  backgroundColor: '#ffffff',
  title: { text: title, left: LEFT - 46, top: 6, textStyle: { fontSize: 15, fontFamily: FONT, color: INK } },
  grid: { left: LEFT, right: RIGHT, top: TOP, bottom: BOTTOM },
  legend: {
    show: names.length > 1,
    right: RIGHT,
    top: 6,
    itemGap: 26,
    itemWidth: 18,
    icon: 'roundRect',
    itemHeight: 4,
    data: [...names],
    textStyle: { color: INK },
  },
});

/** A curve. */
export const line = (
  name: string,
  colour: string,
  data: unknown,
  width = 1.5,
  more: object = {},
): object => ({
  name,
  type: 'line',
  showSymbol: false,
  data,
  lineStyle: { width, color: colour },
  itemStyle: { color: colour },
  ...more,
});

/** Lowest and highest level of curves on a grid of `step` dB, at least `least` apart. */
export function span(
  curves: readonly (readonly number[])[],
  step: number,
  least: number,
  most: number,
): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of curves.flat()) {
    if (!Number.isFinite(value)) continue;
    [low, high] = [Math.min(low, value), Math.max(high, value)];
  }
  if (high === Number.NEGATIVE_INFINITY) return [-most, 0];
  const top = Math.ceil((high + 0.1) / step) * step;
  const bottom = Math.min(Math.floor(low / step) * step, top - least);
  return [Math.max(bottom, top - most), top];
}
