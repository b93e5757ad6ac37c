import type { TrackReport } from '../monitor/batch-report.ts';

/** The report of a track that nothing was done for. */
export const notProcessed = (
  { input, output }: Pick<TrackReport, 'input' | 'output'>,
  status: 'failed' | 'cancelled',
  error: string | null,
): TrackReport => ({
  input,
  output,
  status,
  before: null,
  after: null,
  moves: null,
  seconds: null,
  elapsed: 0,
  warnings: [],
  decisions: null,
  error,
});
