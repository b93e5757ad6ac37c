/** One move of one parameter and what it rests on: a line of the decision log. */
export interface Decision {
  /** Seconds of the output from which on it is heard. */
  readonly time: number;
  /** Name of the rule that said so. */
  readonly rule: string;
  /** Null for a rule that leaves everything as it is. */
  readonly stage: string | null;
  readonly parameter: string | null;
  readonly from: unknown;
  readonly to: unknown;
  /** Figures that the rule looked at. */
  readonly measured: Readonly<Record<string, number | string | null>>;
  /** Why, in words. */
  readonly because: string;
}

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
