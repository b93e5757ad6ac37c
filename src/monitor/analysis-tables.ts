import type { Analysis, Verdict } from './analysis.ts';
import {
  CHANNEL_FIGURES,
  difference,
  differenceText,
  durationText,
  FIGURES,
  figureText,
  formatText,
} from './analysis-figures.ts';

/** An analysis and what its input is called. */
export interface NamedAnalysis {
  readonly name: string;
  readonly analysis: Analysis;
}

/** Rows of cells, the titles first. */
export type Table = readonly (readonly string[])[];

/** Numbers under each other, by their decimal points. */
function aligned(cells: readonly string[]): string[] {
  const places = cells.map((cell) => (/^[-+]?\d/.test(cell) ? cell.length - `${cell}.`.indexOf('.') : 0));
  const behind = Math.max(...places);
  const padded = cells.map((cell, n) =>
    /^[-+\d]/.test(cell) ? cell + ' '.repeat(behind - places[n]) : cell,
  );
  const width = Math.max(...padded.map((cell) => cell.length));
  return padded.map((cell) => cell.padStart(width));
}

/** The same table with the columns between the first and the last, the numbers, aligned. */
function alignColumns(rows: Table): Table {
  const columns = (rows[0] ?? []).map((_, c) => rows.map((row) => row[c]));
  const done = columns.map((cells, c) => (c === 0 || c === columns.length - 1 ? cells : aligned(cells)));
  return rows.map((_, r) => done.map((cells) => cells[r]));
}

/** The figures of one input or several side by side; from the second on with their difference from the first. */
export function figureTable(inputs: readonly NamedAnalysis[]): Table {
  const [first, ...others] = inputs;
  const rows = FIGURES.flatMap(({ title, unit, differenceUnit, digits, of }) => {
    const values = inputs.map(({ analysis }) => of(analysis));
    if (values.every((value) => value === undefined)) return [];
    const changes = others.map(({ analysis }) =>
      differenceText(difference(of(first.analysis), of(analysis)), digits),
    );
    const units = unit === differenceUnit || others.length === 0 ? unit : `${unit} (${differenceUnit})`;
    return [[title, ...values.map((value) => figureText(value, digits)), ...changes, units]];
  });
  if (others.length === 0) return alignColumns(rows);
  const titles = [
    '',
    ...inputs.map(({ name }) => name),
    ...others.map((_, n) => (n === 0 ? 'change' : `change ${n + 1}`)),
    '',
  ];
  return alignColumns([titles, ...rows]);
}

/** The figures of each channel; no rows for an input of one channel. */
export function channelTable({ channels }: Analysis): Table {
  if (channels.length < 2) return [];
  const rows = CHANNEL_FIGURES.flatMap(({ title, unit, digits, of }) => {
    const values = channels.map(of);
    if (values.every((value) => value === undefined)) return [];
    return [[title, ...values.map((value) => figureText(value, digits)), unit]];
  });
  return rows.length === 0 ? [] : alignColumns([['', ...channels.map(({ name }) => name), ''], ...rows]);
}

/** A line for each clause: verdict, its words, what was measured and what is allowed. */
export function verdictTable({ clauses }: Verdict): Table {
  return clauses.map(({ pass, clause, value, min, max, unit }) => [
    pass ? 'pass' : 'FAIL',
    `${figureText(value, 2)} ${unit}`.trim(),
    allowedText(min, max),
    clause,
  ]);
}

/** `-23.5 to -22.5`, `at most -1`, `at least 3`. */
function allowedText(min: number | null, max: number | null): string {
  if (min !== null && max !== null) return `${min} to ${max}`;
  return max === null ? `at least ${min}` : `at most ${max}`;
}

/** What an input is, in one line. */
export function inputLine({ name, analysis }: NamedAnalysis): string {
  return `${name}: ${durationText(analysis.duration)}, ${formatText(analysis)}`;
}
