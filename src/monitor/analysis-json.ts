import type { Analysis } from './analysis.ts';
import { difference, FIGURES } from './analysis-figures.ts';
import type { NamedAnalysis } from './analysis-tables.ts';

/**
 * JSON of one analysis, or of several: `{ schema, files, differences }`, where each difference is from the first file.
 * Infinities and NaN are null.
 */
export function analysisJson(inputs: readonly NamedAnalysis[]): string {
  const [first, ...others] = inputs;
  const value =
    others.length === 0
      ? first.analysis
      : {
          schema: 1,
          files: inputs.map(({ name, analysis }) => ({ file: name, ...analysis })),
          differences: others.map(({ name, analysis }) => ({
            file: name,
            from: first.name,
            ...differences(first.analysis, analysis),
          })),
        };
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** What `b` has more than `a`, figure by figure, in the shape of an analysis; null where one is not defined. */
function differences(a: Analysis, b: Analysis): object {
  const result: Record<string, number | null | Record<string, number | null>> = {};
  for (const { name, of } of FIGURES) {
    if (of(a) === undefined || of(b) === undefined) continue;
    const [outer, inner] = name.split('.');
    const value = difference(of(a), of(b));
    result[outer] = inner === undefined ? value : { ...(result[outer] as object), [inner]: value };
  }
  return result;
}
