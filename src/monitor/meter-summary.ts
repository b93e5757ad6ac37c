import type { PlainReading } from './reading-line.ts';

const isGroup = (value: unknown): value is PlainReading =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function figure(value: unknown): string {
  if (typeof value !== 'number') return value === null ? '-' : String(value);
  if (Number.isInteger(value)) return String(value);
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : value > 0 ? 'inf' : '-';
  return Math.abs(value) < 0.005 ? value.toExponential(1) : value.toFixed(2);
}

/** `name value` for every figure of a reading, groups in round brackets, a list of groups numbered from 1. */
function describe(reading: PlainReading): string {
  return Object.entries(reading)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => {
      if (isGroup(value)) return `${name} (${describe(value)})`;
      if (!Array.isArray(value)) return `${name} ${figure(value)}`;
      const items = value.map((item) => (isGroup(item) ? `(${describe(item)})` : figure(item)));
      return `${name} ${items.join(' ')}`;
    })
    .join(', ');
}

/** The readings of every stage as text for people, one stage a line; stages without readings are left out. */
export function meterSummary(meters: Readonly<Record<string, PlainReading>>): string {
  return Object.entries(meters)
    .filter(([, reading]) => Object.keys(reading).length > 0)
    .map(([id, reading]) => `${id}: ${describe(reading)}\n`)
    .join('');
}
