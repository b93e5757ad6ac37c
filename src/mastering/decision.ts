import type { Decision } from '../stages/controller.ts';

export type { Decision } from '../stages/controller.ts';

/** A JSON line of the decision log, with its newline. */
export const decisionLine = (decision: Decision): string => `${JSON.stringify(decision, roundedNumber)}\n`;

/** A decision in a plain sentence: `at 12.0 s: eq.target ... -> ...: why (rule; figures)`. */
export function decisionSentence({
  time,
  rule,
  stage,
  parameter,
  from,
  to,
  measured,
  because,
}: Decision): string {
  const figures = Object.entries(measured).map(([name, value]) => `${name} ${shown(value)}`);
  const what = stage === null ? 'nothing moves' : `${stage}.${parameter} ${shown(from)} -> ${shown(to)}`;
  return `at ${time.toFixed(1)} s: ${what}, because ${because} (rule ${rule}${figures.length > 0 ? `; ${figures.join(', ')}` : ''})`;
}

/** Numbers to a thousandth: what is decided is not rounded, what is told of it is. */
const roundedNumber = (_key: string, value: unknown): unknown =>
  typeof value === 'number' ? Math.round(value * 1000) / 1000 : value;

function shown(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(shown).join(' ')}]`;
  if (typeof value === 'number') return String(Math.round(value * 100) / 100);
  return value === null || value === undefined ? 'unset' : String(value);
}
