import type { PlainReading } from './reading-line.ts';

/** What a stage says again of its last interval; the report has it. */
const LAST_INTERVAL = 'interval';

const isGroup = (value: unknown): value is PlainReading =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function figure(value: unknown): string {
  if (typeof value !== 'number' || Number.isInteger(value)) return String(value);
  if (Number.isNaN(value)) return '-';
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf';
  return Math.abs(value) < 0.005 ? value.toExponential(1) : value.toFixed(2);
}

/** A line of the single figures of a reading, then lines for its groups; lists of plain numbers are for the report. */
function describe(label: string, reading: PlainReading): string[] {
  const entries = Object.entries(reading).filter(([name, value]) => value !== null && name !== LAST_INTERVAL);
  const figures = entries
    .filter(([, value]) => typeof value !== 'object')
    .map(([name, value]) => `${name} ${figure(value)}`);
  const groups = entries.flatMap(([name, value]) => {
    if (isGroup(value)) return describe(`  ${name}`, value);
    if (!Array.isArray(value)) return [];
    return value.flatMap((item, n) => (isGroup(item) ? describe(`  ${name} ${n + 1}`, item) : []));
  });
  return figures.length > 0 ? [`${label}: ${figures.join(', ')}`, ...groups] : groups;
}

/** What every stage measured, as text for people; stages without figures are left out. */
export function meterSummary(meters: Readonly<Record<string, PlainReading>>): string {
  return Object.entries(meters)
    .flatMap(([id, reading]) => describe(id, reading))
    .map((line) => `${line}\n`)
    .join('');
}
