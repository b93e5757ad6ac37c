import type { AudioFormat } from '../audio/format.ts';
import type { CostedPlan } from '../engine/pipelines/plan.ts';
import type { Plan, PlannedController, PlannedEntry, PlannedInput } from '../graph/plan.ts';
import { textTable } from '../monitor/text-table.ts';
import { latencyLine } from './latency-line.ts';
import { PlanDrawing } from './plan-drawing.ts';

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

/** Rate and number of channels in words. */
export const formatWords = ({ sampleRate, channels }: AudioFormat): string =>
  `${sampleRate} Hz, ${channels} ${channels === 1 ? 'channel' : 'channels'}`;

/** What an output is called: by its name where there are others. */
export const outputWords = ({ outputs }: Plan, name: string): string => (outputs.length === 1 ? 'out' : name);

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

/** Numbers in lists to a hundredth: a curve is to be read. */
const shortNumber = (_key: string, value: unknown): unknown =>
  typeof value === 'number' ? Math.round(100 * value) / 100 : value;

/** Parameters on one line. */
const settings = ({ params }: PlannedEntry): string =>
  Object.entries(params)
    .map(
      ([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value, shortNumber) : value}`,
    )
    .join(', ');

/** Who runs what, on a line; nothing where there is one thread. */
function threadsLine({ shares }: CostedPlan): string {
  if (shares === null) return '';
  const [first, ...others] = shares.stages.map((ids) => ids.join(', ')).map((ids) => ids || 'no stage');
  const threads = [`read, ${first}, write`, ...others].join(' | ');
  return `on ${shares.stages.length} threads: ${threads}; at best ${shares.gain.toFixed(1)} times as fast\n`;
}

/** A controller on one line; of what it aims at, the name. */
function controllerWords({ controller, params, interval, hears, moves }: PlannedController): string {
  const aims = Object.entries(params).flatMap(([name, value]) => {
    const { name: title } = (value ?? {}) as { readonly name?: unknown };
    return typeof value === 'object'
      ? typeof title === 'string'
        ? [`${name} ${title}`]
        : [name]
      : [`${name} ${value}`];
  });
  return `${controller}, ${aims.join(', ')}: every ${interval} s hears ${hears.join(', ')} and moves ${moves.join(', ')}`;
}

/** A plan as text: the graph, a table of its entries, their parameters, the ways through it. */
export function planText(plan: CostedPlan): string {
  const drawing = new PlanDrawing(plan, {
    input: (name) => `${name}  ${formatWords(plan.format)}`,
    entry: (entry) => `${entry.id}  ${entryWords(entry).join(', ')}`,
    output: (name) => outputWords(plan, name),
  });
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
  const paths = plan.paths.map(({ input, entries, output, latency, delay }) => [
    `${latency} + ${delay}`,
    [input, ...entries, outputWords(plan, output)].join(' → '),
  ]);
  return [
    `${plan.name}${plan.description === undefined ? '' : `: ${plan.description}`}\n`,
    `${drawing}\n`,
    textTable([titles, ...rows]),
    ...(plan.controllers.length > 0
      ? [`controllers\n${textTable(plan.controllers.map((one) => [`  ${one.id}`, controllerWords(one)]))}`]
      : []),
    `parameters\n${textTable(plan.entries.map((entry) => [`  ${entry.id}`, settings(entry)]))}`,
    `ways through, with frames late by stages + by delays put in\n${textTable(paths.map((row) => [`  ${row[0]}`, row[1]]))}`,
    [
      `${latencyLine(plan.latency, plan.format.sampleRate)}\n`,
      `in one pass, without a copy inside: ${plan.runs.map((run) => run.join(' → ')).join('; ') || 'nothing'}\n`,
      threadsLine(plan),
      `${kibibytes(plan.bytes)} for the graph, ${percent(plan.load)} of a core in real time`,
      ` (${plan.backend}; each stage measured here by itself, on noise)\n`,
    ].join(''),
  ].join('\n');
}
