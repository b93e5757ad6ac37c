import uPlot from 'uplot';
import type { HistoryCurves, HistoryPoint } from '../server/history.ts';
import type { Frame } from './connection.ts';
import { byId } from './element.ts';
import { decibels } from './numbers.ts';

const HOUR = 3600;
/** Width of the time axis at first, in seconds. */
const SHORTEST = 60;
/** Share of the way to its new level that a band goes with each frame. */
const SMOOTHING = 0.35;
/** Frames from one drawing of the spectrum to the next. */
const EVERY = 2;
const NOTHING_DB = -120;

const colour = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

/** A curve: its name, the colour of the page that it has, and how it is drawn. */
interface Curve {
  readonly label: string;
  readonly colour: string;
  readonly width?: number;
  readonly dash?: number[];
  readonly filled?: boolean;
}

/** Options that all charts share. */
function chart(
  place: HTMLElement,
  height: number,
  curves: readonly Curve[],
  own: Partial<uPlot.Options>,
): uPlot {
  const axis = {
    stroke: colour('muted'),
    grid: { stroke: colour('line'), width: 1 },
    ticks: { show: false },
  };
  const font = '12px system-ui, sans-serif';
  const axes = (own.axes ?? [{}, {}]).map((one) => ({ ...axis, font, ...one }));
  const options: uPlot.Options = {
    width: place.clientWidth,
    height,
    cursor: { y: false, points: { size: 6 } },
    legend: { live: false },
    ...own,
    axes,
    series: [
      {},
      ...curves.map(({ label, colour: name, width = 1.5, dash, filled }) => ({
        label,
        stroke: colour(name),
        width,
        points: { show: false },
        spanGaps: false,
        ...(dash && { dash }),
        ...(filled && {
          fill: `color-mix(in srgb, ${colour(name)} 16%, transparent)`,
          fillTo: (one: uPlot) => one.scales.y.min ?? 0,
        }),
      })),
    ],
  };
  const made = new uPlot(options, [[], ...curves.map(() => [])], place);
  new ResizeObserver(() => made.setSize({ width: place.clientWidth, height })).observe(place);
  return made;
}

/** A range with room around what is drawn, within bounds. */
const around =
  (lowest: number, highest: number, least: number): uPlot.Range.Function =>
  (_chart, low, high) => {
    if (low === null || !Number.isFinite(low)) return [lowest + 20, highest];
    const top = Math.min(highest, Math.ceil((high + 2) / 3) * 3);
    const bottom = Math.max(lowest, Math.floor((low - 2) / 3) * 3);
    return [Math.min(bottom, top - least), top];
  };

type Points = Record<keyof HistoryPoint, (number | null)[]>;

/** Loudness and true peak over the last hour. */
export class HistoryCharts {
  readonly #loudness: uPlot;
  readonly #truePeak: uPlot;
  readonly #points: Points = { momentary: [], shortTerm: [], integrated: [], truePeak: [] };
  #count = 0;
  #end = 0;
  #target: number | null = null;
  #ceiling: number | null = null;

  constructor() {
    const time = { scales: { x: { time: true, range: (): uPlot.Range.MinMax => this.#span() } } };
    const at = { space: 70, size: 28, values: clockTicks };
    const decibelAxis = { size: 44, space: 24 };
    this.#loudness = chart(
      byId('loudness'),
      220,
      [
        { label: 'momentary (highest)', colour: 'faint', width: 1 },
        { label: 'short-term', colour: 'accent' },
        { label: 'integrated', colour: 'second', width: 2 },
        { label: 'target', colour: 'ink', width: 1, dash: [6, 4] },
      ],
      { scales: { ...time.scales, y: { range: around(-70, 0, 12) } }, axes: [at, decibelAxis] },
    );
    this.#truePeak = chart(
      byId('true-peak'),
      130,
      [
        { label: 'true peak', colour: 'accent', filled: true },
        { label: 'ceiling', colour: 'ink', width: 1, dash: [6, 4] },
      ],
      { scales: { ...time.scales, y: { range: around(-40, 6, 9) } }, axes: [at, decibelAxis] },
    );
  }

  /** The lines that are aimed at. */
  aim(target: number | null, ceiling: number | null): void {
    this.#target = target;
    this.#ceiling = ceiling;
    this.#draw();
  }

  /** Begins with what the monitor remembers. */
  restore(curves: HistoryCurves): void {
    for (const name of Object.keys(this.#points) as (keyof Points)[]) this.#points[name] = [...curves[name]];
    this.#count = curves.count;
    this.#end = curves.end / 1000;
    this.#draw();
  }

  /** Takes the latest point; false where some are missing, so that all must be restored. */
  add({ point, points }: Frame): boolean {
    if (point === null || points === this.#count) return true;
    if (points !== this.#count + 1) return false;
    for (const name of Object.keys(this.#points) as (keyof Points)[]) {
      const list = this.#points[name];
      list.push(point[name]);
      if (list.length > HOUR) list.shift();
    }
    this.#count = points;
    this.#end += 1;
    this.#draw();
    return true;
  }

  #span(): [number, number] {
    return [this.#end - Math.max(SHORTEST, this.#points.momentary.length - 1), this.#end];
  }

  #draw(): void {
    const { momentary, shortTerm, integrated, truePeak } = this.#points;
    const first = this.#end - momentary.length + 1;
    const times = momentary.map((_, n) => first + n);
    const line = (value: number | null) => times.map(() => value);
    this.#loudness.setData([times, momentary, shortTerm, integrated, line(this.#target)]);
    this.#truePeak.setData([times, truePeak, line(this.#ceiling)]);
    const words = `${momentary.length} seconds; now short-term ${decibels(shortTerm.at(-1))} LUFS, integrated ${decibels(integrated.at(-1))} LUFS`;
    const [loudness, peaks] = [byId('loudness'), byId('true-peak')];
    loudness.setAttribute('aria-label', `Loudness over ${words}`);
    peaks.setAttribute('aria-label', `True peak, now ${decibels(truePeak.at(-1))} dBTP`);
  }
}

/** Times of the day at an axis. */
const clockTicks = (_chart: uPlot, ticks: number[]): string[] =>
  ticks.map((tick) =>
    new Date(tick * 1000).toLocaleTimeString([], {
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
      ...(tick % 60 !== 0 && { second: '2-digit' }),
    }),
  );

const OCTAVE_TICKS = [31.5, 125, 500, 2000, 8000];
const hertz = (freq: number): string => (freq >= 1000 ? `${freq / 1000}k` : String(freq));

/** Third-octave levels in front of the pipeline and behind it. */
export class SpectrumChart {
  readonly #chart: uPlot;
  #before: number[] = [];
  #after: number[] = [];
  #count = 0;

  constructor() {
    this.#chart = chart(
      byId('spectrum'),
      360,
      [
        { label: 'before', colour: 'faint', filled: true },
        { label: 'after', colour: 'accent', width: 2 },
      ],
      {
        scales: { x: { time: false, distr: 3, range: [20, 20000] }, y: { range: [-90, 0] } },
        axes: [
          {
            size: 28,
            splits: () => OCTAVE_TICKS,
            filter: (_chart, ticks) => ticks,
            values: (_chart, ticks) => ticks.map(hertz),
          },
          { size: 44, space: 24 },
        ],
      },
    );
  }

  show({ spectrum: { freqs, before, after } }: Frame): void {
    this.#before = smoothed(this.#before, before);
    this.#after = smoothed(this.#after, after);
    if (this.#count++ % EVERY !== 0) return;
    const count = freqs.length;
    this.#chart.setData([[...freqs], this.#before.slice(0, count), this.#after.slice(0, count)]);
  }
}

const smoothed = (shown: readonly number[], levels: readonly (number | null)[]): number[] =>
  levels.map((level, n) => {
    const [from, to] = [shown[n] ?? NOTHING_DB, level ?? NOTHING_DB];
    return from + SMOOTHING * (to - from);
  });
