import type { Analysis, Level } from '../../monitor/analysis.ts';

/** A figure of an analysis by its name, such as `loudness.integrated`; undefined where it is absent. */
export function figureValue(analysis: Analysis, figure: string): Level | undefined {
  const value = figure
    .split('.')
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | null | undefined)?.[key], analysis);
  return value === null || typeof value === 'number' ? value : undefined;
}
