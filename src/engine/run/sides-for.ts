import { usageError } from '../../audio/errors.ts';
import { didYouMean } from '../../audio/nearest.ts';
import { quoted } from '../../audio/shown.ts';

/** The streams that stand for names of a pipeline, in its order; each must be there, and no other. */
export function sidesFor<T>(
  kind: 'input' | 'output',
  names: readonly string[],
  given: Readonly<Record<string, T>> = {},
): T[] {
  const stray = Object.keys(given).find((name) => !names.includes(name));
  if (stray !== undefined)
    throw usageError(`the pipeline has no further ${kind} ${quoted(stray)}${didYouMean(stray, names)}`);
  return names.map((name) => {
    if (!Object.hasOwn(given, name))
      throw usageError(`nothing is given for the pipeline's ${kind} "${name}"`);
    return given[name];
  });
}
