import type { CostedPlan } from '../engine/plan.ts';
import type { PlannedEntry, PlannedInput } from '../graph/plan.ts';
import { latencyLine } from './latency-line.ts';
import { PlanDrawing } from './plan-drawing.ts';
import { textTable } from './text-table.ts';

const twoFigures = (value: number): number => Number(value.toPrecision(2));

/** A share of one core in words. */
export const percent = (load: number): string =>
  load < 0.0001 ? 'under 0.01 %' : `${twoFigures(100 * load)} %`;

const frames = (count: number): string => (count === 0 ? '-' : String(count));
const kibibytes = (bytes: number): string => (bytes === 0 ? '-' : `${Math.ceil(bytes / 1024)} KiB`);

/** What is said of a wire: its gain and the delay that was put in. */
export const wireWords = ({ gain, delay }: PlannedInput): string =>
  [gain === 0 ? '' : `${gain} dB`, delay === 0 ? '' : `+${delay} frames`].filter(Boolean).join(', ');

/** What becomes of a number; nothing where it stays. */
const change = (from: number, to: number, unit: string): string =>
  from === to ? '' : `${from} to ${to} ${unit}`;

/** What is said of an entry beside its id. */
export function entryWords({
  stage,
  id,
  mix,
  bypass,
  latency,
  key,
  format,
  outputFormat,
}: PlannedEntry): string[] {
  const words = [
    id === stage ? '' : stage,
    bypass ? 'bypassed' : mix < 1 ? `mix ${mix}` : '',
    key ? `key ${key.from}` : '',
    latency > 0 ? `late by ${latency}` : '',
    change(format.sampleRate, outputFormat.sampleRate, 'Hz'),
    change(format.channels, outputFormat.channels, 'channels'),
  ];
  return words.filter(Boolean);
}

/** Parameters on one line. */
const settings = ({ params }: PlannedEntry): string =>
  Object.entries(params)
    .map(([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : value}`)
    .join(', ');

/** Who runs what, on a line; nothing where there is one thread. */
function threadsLine({ shares }: CostedPlan): string {
  if (shares === null) return '';
  const [first, ...others] = shares.stages.map((ids) => ids.join(', ')).map((ids) => ids || 'no stage');
  const threads = [`read, ${first}, write`, ...others].join(' | ');
  return `on ${shares.stages.length} threads: ${threads}; at best ${shares.gain.toFixed(1)} times as fast\n`;
}

/** A plan as text: the graph, a table of its entries, their parameters, the ways through it. */
export function planText(plan: CostedPlan): string {
  const { sampleRate, channels } = plan.format;
  const drawing = new PlanDrawing(
    plan,
    (entry) => `${entry.id}  ${entryWords(entry).join(', ')}`,
    `in  ${sampleRate} Hz, ${channels} ${channels === 1 ? 'channel' : 'channels'}`,
    'out',
  );
  const rows = plan.entries.map((entry) => [
    entry.id,
    entry.stage,
    frames(entry.latency),
    frames(entry.totalLatency),
    [...entry.inputs, ...(entry.key ? [entry.key] : [])]
      .map(({ delay }) => delay)
      .filter(Boolean)
      .join(', ') || '-',
    kibibytes(entry.bytes),
    String(twoFigures(entry.nanosecondsPerFrame)),
    percent(entry.load),
  ]);
  const titles = [
    'id',
    'stage',
    'late by',
    'at output',
    'delays put in',
    'memory',
    'ns a frame',
    'of a core',
  ];
  const paths = plan.paths.map(({ entries, latency, delay }) => [
    `${latency} + ${delay}`,
    ['in', ...entries, 'out'].join(' → '),
  ]);
  return [
    `${plan.name}${plan.description === undefined ? '' : `: ${plan.description}`}\n`,
    `${drawing}\n`,
    textTable([titles, ...rows]),
    `parameters\n${textTable(plan.entries.map((entry) => [`  ${entry.id}`, settings(entry)]))}`,
    `ways through, with frames late by stages + by delays put in\n${textTable(paths.map((row) => [`  ${row[0]}`, row[1]]))}`,
    [
      `${latencyLine(plan.latency, sampleRate)}\n`,
      `in one pass, without a copy inside: ${plan.runs.map((run) => run.join(' → ')).join('; ') || 'nothing'}\n`,
      threadsLine(plan),
      `${kibibytes(plan.bytes)} for the graph, ${percent(plan.load)} of a core in real time`,
      ` (${plan.backend}; each stage measured here by itself, on noise)\n`,
    ].join(''),
  ].join('\n');
}
