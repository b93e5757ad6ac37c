import type { ProgrammeFigures, RunFigures } from './run-figures.ts';
import { textTable } from './text-table.ts';

const seconds = (value: number): string => `${value.toFixed(value < 10 ? 3 : 1)} s`;
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const level = (value: number | null | undefined, digits = 2): string => {
  if (value === null || value === undefined || Number.isNaN(value)) return '-';
  return Number.isFinite(value) ? value.toFixed(digits) : '-inf';
};

/** The figures of a programme that are shown side by side: name, unit, value. */
const QUALITY: readonly (readonly [string, (figures: ProgrammeFigures) => number | null])[] = [
  ['loudness, LUFS', ({ loudness }) => loudness],
  ['loudness range, LU', ({ range }) => range],
  ['RMS, dBFS', ({ rms }) => rms],
  ['sample peak, dBFS', ({ samplePeak }) => samplePeak],
  ['true peak, dBTP', ({ truePeak }) => truePeak],
  ['crest, dB', ({ crest }) => crest],
];

/** What a run took and what it did to the sound, as tables for people. */
export function runFiguresText(figures: RunFigures): string {
  const { duration, elapsed, listening, realTimeFactor, cpu, peakMemory, stages, comparing, rest, quality } =
    figures;
  const run = [
    ['audio', seconds(duration)],
    ['processing time', `${seconds(elapsed)}, ${realTimeFactor.toFixed(1)}x real time`],
    ['CPU', `${seconds(cpu.user + cpu.system)}, ${percent(cpu.share)} of a core (${figures.backend})`],
    ['peak memory', `${(peakMemory / 2 ** 20).toFixed(1)} MiB`],
  ];
  const parts = [
    ...(listening > 0 ? [['listening first', '', seconds(listening), percent(listening / elapsed)]] : []),
    ...stages.map(({ id, stage, ...took }) => [
      id,
      id === stage ? '' : stage,
      seconds(took.seconds),
      percent(took.share),
    ]),
    ['comparing before and after', '', seconds(comparing.seconds), percent(comparing.share)],
    ['reading, writing, waiting', '', seconds(rest.seconds), percent(rest.share)],
  ];
  const tables = [textTable(run), textTable(rightAligned([['share of the time', '', '', ''], ...parts], 2))];
  if (quality !== null) tables.push(textTable(rightAligned(qualityRows(quality))));
  return tables.join('\n');
}

function qualityRows({ before, after, correlation }: NonNullable<RunFigures['quality']>): string[][] {
  const change = (from: number | null, to: number | null): string => {
    if (from === null || to === null || !Number.isFinite(to - from)) return '-';
    return `${to >= from ? '+' : ''}${(to - from).toFixed(2)}`;
  };
  const rows = QUALITY.map(([name, of]) => [
    name,
    level(of(before)),
    level(of(after)),
    change(of(before), of(after)),
  ]);
  // Balance: each octave against the whole, so that a change of loudness is none of it.
  const balance = ({ octaves, rms }: ProgrammeFigures, n: number): number | null =>
    octaves === null || !Number.isFinite(rms) ? null : octaves.levels[n] - rms;
  const octaves = (after.octaves ?? before.octaves)?.freqs ?? [];
  const bands = octaves.map((freq, n) => {
    const [from, to] = [balance(before, n), balance(after, n)];
    return [`octave at ${octaveName(freq)}, dB over RMS`, level(from), level(to), change(from, to)];
  });
  return [
    ['quality', 'before', 'after', 'change'],
    ...rows,
    ...bands,
    ['correlation with the input', '', level(correlation, 4), ''],
  ];
}

/** Rows whose cells from a column on end where the longest of their column ends. */
function rightAligned(rows: readonly (readonly string[])[], first = 1): string[][] {
  const widths = rows[0].map((_, n) => Math.max(...rows.map((row) => row[n].length)));
  return rows.map((row) => row.map((cell, n) => (n < first ? cell : cell.padStart(widths[n]))));
}

const octaveName = (freq: number): string =>
  freq >= 1000
    ? `${Math.round(freq / 1000)} kHz`
    : `${freq < 100 ? Number(freq.toFixed(1)) : Math.round(freq)} Hz`;
