import { usageError } from '../audio/errors.ts';
import { didYouMean } from '../audio/nearest.ts';
import type { Arguments } from './command.ts';

/** Reads the value of an option or word that may be given once; undefined when it was not given. */
export function text(args: Arguments, name: string): string | undefined {
  const value = args[name];
  if (Array.isArray(value)) throw usageError(`--${name} is given ${value.length} times, expected once`);
  if (value === '') throw usageError(`${name} is empty`);
  return value === undefined ? undefined : String(value);
}

/** Reads an option or words that may be given several times, in order. */
export function list(args: Arguments, name: string): readonly string[] {
  const given = args[name] ?? [];
  return (Array.isArray(given) ? given : [given]).map(String);
}

/** Reads an option that is one of a few words. */
export function oneOf<const T extends string>(
  args: Arguments,
  name: string,
  words: readonly T[],
): T | undefined {
  const value = text(args, name);
  if (value === undefined) return undefined;
  const found = words.find((word) => word === value);
  if (found !== undefined) return found;
  throw usageError(`--${name} "${value}": expected one of ${words.join(', ')}${didYouMean(value, words)}`);
}

const MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 };

/** Reads an option that is a length of time with its unit, such as `10s`, in ms. */
export function duration(args: Arguments, name: string): number | undefined {
  const value = text(args, name);
  if (value === undefined) return undefined;
  const [, number, unit] = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|min|h)$/.exec(value) ?? [];
  const ms = Number(number) * MS[unit];
  if (ms > 0) return Math.min(ms, 2 ** 31 - 1);
  throw usageError(`--${name} "${value}": expected a time with its unit, such as 500ms, 10s or 2min`);
}

/** Reads an option that is a number from `min` to `max`. */
export function numberIn(
  args: Arguments,
  name: string,
  { min, max, whole }: { readonly min: number; readonly max: number; readonly whole: boolean },
): number | undefined {
  const value = text(args, name);
  if (value === undefined) return undefined;
  const number = Number(value);
  const right = number >= min && number <= max && (!whole || Number.isInteger(number));
  if (right && value.trim() !== '') return number;
  throw usageError(`--${name} "${value}": expected a ${whole ? 'whole ' : ''}number from ${min} to ${max}`);
}
