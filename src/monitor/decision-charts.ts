import {
  axis,
  BLUE,
  BOTTOM,
  base,
  FAINT,
  GREEN,
  INK,
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
import type { DecisionStory, Episode, LoggedDecision } from './decision-story.ts';
import type { BandFigures } from './run-figures.ts';

/** A chart and its height in pixels. */
export interface SizedChart {
  readonly option: ChartOption;
  readonly height: number;
}

/** Heights of the loudness and of a parameter's lane, room between them, in pixels. */
const LOUDNESS_HEIGHT = 210;
const LANE_HEIGHT = 62;
const LANE_GAP = 40;
/** Most lanes, and parts of the width under which two numbers of episodes become one. */
const MOST_LANES = 12;
const MARK_ROOM = 0.025;
/** Most steps of a lane that get a dot each. */
const DOTS = 80;

/** A parameter with numbers, and where it stood from which second on. */
interface Lane {
  readonly name: string;
  readonly points: readonly (readonly [number, number])[];
}

/** Parameters that moved while the audio ran. */
function lanesOf(decisions: readonly LoggedDecision[], duration: number): Lane[] {
  const lanes = new Map<string, [number, number][]>();
  for (const { stage, parameter, time: at, from, to } of decisions) {
    if (stage === null || typeof to !== 'number') continue;
    const name = `${stage}.${parameter}`;
    const points = lanes.get(name) ?? [[0, typeof from === 'number' ? from : to]];
    points.push([at, to]);
    lanes.set(name, points);
  }
  return [...lanes]
    .map(([name, points]) => ({
      name,
      points: [...points, [duration, points[points.length - 1][1]] as const],
    }))
    .filter(({ points }) => points.some(([at]) => at > 0 && at < duration))
    .slice(0, MOST_LANES);
}

/** Where the table's rows begin: `3`, or `3-5` where they lie too close together to be told apart. */
function marks(episodes: readonly Episode[], duration: number): object[] {
  const clusters: { at: number; first: number; last: number }[] = [];
  for (const [n, { time: at }] of episodes.entries()) {
    const open = clusters.at(-1);
    if (open && at - open.at < MARK_ROOM * duration) open.last = n + 1;
    else clusters.push({ at, first: n + 1, last: n + 1 });
  }
  return clusters.map(({ at, first, last }) => ({
    xAxis: at,
    label: { formatter: first === last ? `${first}` : `${first}-${last}` },
  }));
}

/** The seconds of a lane; only the lowest one names them. */
function laneTime(duration: number, n: number, lanes: number): object {
  const seconds = time(duration) as { readonly axisLabel: object; readonly axisLine: object };
  return {
    ...seconds,
    gridIndex: n + 1,
    axisLine: { ...seconds.axisLine, onZero: false },
    axisLabel: { ...seconds.axisLabel, show: n === lanes - 1 },
  };
}

/** Loudness before and after, and beneath it on the same seconds every parameter that moved. */
export function timelineChart(story: DecisionStory, episodes: readonly Episode[]): SizedChart {
  const { duration, loudness, decisions } = story;
  const lanes = lanesOf(decisions, duration);
  const [low, high] = span(
    [loudness.map(([, before]) => before), loudness.map(([, , after]) => after)],
    10,
    20,
    60,
  );
  const level = (n: 1 | 2) => loudness.map((row) => [row[0], Number.isFinite(row[n]) ? row[n] : null]);
  const laneTop = (n: number): number => TOP + LOUDNESS_HEIGHT + LANE_GAP + 32 + n * (LANE_HEIGHT + LANE_GAP);
  const plot = { left: LEFT, right: RIGHT };
  const mark = {
    silent: true,
    symbol: 'none',
    lineStyle: { color: GREEN, type: 'dotted', width: 1 },
    label: { position: 'end', color: GREEN, fontSize: 10, distance: 2 },
    data: marks(episodes, duration),
  };
  const { title, ...frame } = base('Short-term loudness in LUFS', ['before', 'after']);
  const titles = lanes.map(({ name }, n) => ({
    text: name,
    left: LEFT - 46,
    top: laneTop(n) - 26,
    textStyle: { fontSize: 12, fontWeight: 600, color: INK },
  }));
  const option = {
    ...frame,
    title: [title, ...titles],
    grid: [
      { ...plot, top: TOP + 14, height: LOUDNESS_HEIGHT },
      ...lanes.map((_, n) => ({ ...plot, top: laneTop(n), height: LANE_HEIGHT })),
    ],
    xAxis: [time(duration), ...lanes.map((_, n) => laneTime(duration, n, lanes.length))],
    yAxis: [
      axis(low, high),
      ...lanes.map((_, n) => ({
        type: 'value',
        scale: true,
        splitNumber: 2,
        gridIndex: n + 1,
        axisLabel: { color: INK, fontSize: 10 },
        splitLine: { lineStyle: { color: FAINT } },
      })),
    ],
    series: [
      line('before', PALE_BLUE, level(1), 1.5, { markLine: mark }),
      line('after', BLUE, level(2), 1.8),
      ...lanes.map(({ name, points }, n) =>
        line(name, RED, points, 1.6, {
          xAxisIndex: n + 1,
          yAxisIndex: n + 1,
          step: 'end',
          showSymbol: points.length <= DOTS,
          symbol: 'circle',
          symbolSize: 4,
        }),
      ),
    ],
  };
  return {
    option,
    height:
      lanes.length === 0
        ? TOP + 14 + LOUDNESS_HEIGHT + BOTTOM
        : laneTop(lanes.length - 1) + LANE_HEIGHT + BOTTOM,
  };
}

const shown = ({ freqs, levels }: BandFigures, change: (level: number, n: number) => number = (x) => x) =>
  freqs.map((freq, n) => {
    const level = change(levels[n], n);
    return [freq, Number.isFinite(level) ? level : null];
  });

/** Third-octave levels before and after; null where the log has none. */
export function spectrumChart({ programme }: DecisionStory): SizedChart | null {
  const [before, after] = [programme?.before.thirdOctaves, programme?.after.thirdOctaves];
  if (!before || !after) return null;
  const [low, high] = span([before.levels, after.levels], 10, 40, 80);
  const option = {
    ...base('Third-octave spectrum in dBFS', ['before', 'after']),
    xAxis: pitch(after.freqs[after.freqs.length - 1]),
    yAxis: axis(low, high),
    series: [line('before', PALE_BLUE, shown(before), 2), line('after', BLUE, shown(after), 2)],
  };
  return { option, height: 280 };
}

/** What became of the balance: third-octaves after less before, less the change of level; null where the log has none. */
export function balanceChart({ programme }: DecisionStory): SizedChart | null {
  const [before, after] = [programme?.before, programme?.after];
  if (!before?.thirdOctaves || !after?.thirdOctaves) return null;
  const gain = after.rms - before.rms;
  const { levels } = before.thirdOctaves;
  const change = shown(after.thirdOctaves, (level, n) => level - levels[n] - gain);
  const most = Math.max(6, ...change.map(([, level]) => 3 * Math.ceil(Math.abs(level ?? 0) / 3)));
  const option = {
    ...base('Change of the balance in dB, without the change of level'),
    xAxis: pitch(after.thirdOctaves.freqs[after.thirdOctaves.freqs.length - 1]),
    yAxis: axis(-most, most, { interval: most / 2 }),
    series: [line('change', RED, change, 2)],
  };
  return { option, height: 220 };
}

/** Curves that were decided on, one a critical band, from the first (pale) to the last; null where there is none. */
export function curvesChart({ decisions, bandCentres }: DecisionStory): SizedChart | null {
  const curves = decisions.filter(({ to }) => Array.isArray(to) && to.length === bandCentres.length);
  if (curves.length === 0) return null;
  const [first, last] = [curves[0], curves[curves.length - 1]];
  const chosen = first === last ? [last] : [first, last];
  const [low, high] = span(
    chosen.map(({ to }) => to as number[]),
    3,
    12,
    60,
  );
  const nameOf = ({ time: at, rule }: LoggedDecision): string => `${rule}, from ${at} s`;
  const option = {
    ...base(`${last.stage}.${last.parameter} in dB, critical band by critical band`, chosen.map(nameOf)),
    xAxis: pitch(16000),
    yAxis: axis(low, high, { interval: high - low > 30 ? 10 : 3 }),
    series: chosen.map((one, n) =>
      line(
        nameOf(one),
        n === chosen.length - 1 ? BLUE : PALE_BLUE,
        (one.to as number[]).map((level, band) => [bandCentres[band], level]),
        2,
      ),
    ),
  };
  return { option, height: 240 };
}
