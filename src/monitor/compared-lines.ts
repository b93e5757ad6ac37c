import type { ComparedFigures, ComparedSecond } from './run-figures.ts';

/** Levels to a hundredth; infinities become null. */
const shortLevel = (_key: string, value: unknown): unknown =>
  typeof value === 'number' && Number.isFinite(value) ? Math.round(100 * value) / 100 : value;

/** A JSON line of the loudness before and after at a second, with its newline. */
export const comparedSecondLine = (second: ComparedSecond): string =>
  `${JSON.stringify({ type: 'loudness', ...second }, shortLevel)}\n`;

/** A JSON line of what a programme measured before and after, with its newline. */
export const comparedSpectraLine = (compared: ComparedFigures): string =>
  `${JSON.stringify({ type: 'programme', ...compared }, shortLevel)}\n`;
