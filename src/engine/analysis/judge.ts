import { usageError } from '../../audio/errors.ts';
import type { Analysis, ClauseVerdict, Verdict } from '../../monitor/analysis.ts';
import { figureValue } from './figure-value.ts';
import type { Target } from './target-files.ts';

type Clause = Target['clauses'][number];

/**
 * Holds an analysis against a target, clause by clause. A value that is not defined, such as the loudness of silence,
 * meets no clause that has a lower bound; silence is under every ceiling.
 * @throws AuralisError of kind `usage` when a figure that the target needs was not measured
 */
export function judge(analysis: Analysis, target: Target): Verdict {
  const clauses = target.clauses
    .filter((clause) => applies(analysis, clause))
    .map((clause) => hold(analysis, clause, target.name));
  const { document, date } = target.source;
  return {
    target: target.name,
    source: `${document}, ${date}`,
    pass: clauses.every(({ pass }) => pass),
    clauses,
  };
}

function applies(analysis: Analysis, { when }: Clause): boolean {
  if (when === undefined) return true;
  const value = figureValue(analysis, when.figure) ?? Number.NaN;
  return (
    !(value <= (when.above ?? Number.NEGATIVE_INFINITY)) &&
    !(value >= (when.below ?? Number.POSITIVE_INFINITY)) &&
    !Number.isNaN(value)
  );
}

function hold(analysis: Analysis, { clause, figure, min, max, unit }: Clause, target: string): ClauseVerdict {
  const value = figureValue(analysis, figure);
  if (value === undefined) {
    throw usageError(`target "${target}" needs ${figure}, which is not measured: add it to --only`);
  }
  const level = value ?? Number.NEGATIVE_INFINITY;
  return {
    clause,
    figure,
    value,
    min: min ?? null,
    max: max ?? null,
    unit,
    pass: level >= (min ?? Number.NEGATIVE_INFINITY) && level <= (max ?? Number.POSITIVE_INFINITY),
  };
}
