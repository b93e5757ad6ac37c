import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { usageError } from '../audio/errors.ts';
import type { TrackReport } from '../monitor/batch-report.ts';
import { Batch, type ProcessFilesOptions } from './batch.ts';
import { checkOutputs } from './check-outputs.ts';
import { type FileJob, worksOf } from './file-job.ts';
import { pipelineOf } from './pipeline-of.ts';
import { TrackPool } from './track-pool.ts';

export type { BatchProgress } from '../monitor/batch-progress.ts';
export type { TrackFigures, TrackMoves, TrackReport, TrackStatus } from '../monitor/batch-report.ts';
export type { BatchJournal, ProcessFilesOptions } from './batch.ts';
export type { FileJob, MasterTo, NormalizeTo } from './file-job.ts';
export type { BatchQueue } from './track-runner.ts';

const MOST_JOBS = 64;

/**
 * Sends files through pipelines, to a loudness or towards a preset, several at a time, each streamed in a worker thread. A
 * track that fails does not stop the others; what became of each is told in the order of the jobs.
 * @throws AuralisError of kind `usage` or `pipeline` for what is wrong with the jobs themselves
 */
export async function processFiles(
  jobs: readonly FileJob[],
  options: ProcessFilesOptions = {},
): Promise<readonly TrackReport[]> {
  const threads = jobCount(options.concurrency ?? 'auto');
  checkOutputs(jobs);
  const id = randomUUID();
  const works = await worksOf(jobs);
  for (const { pipeline } of jobs) if (pipeline !== undefined) await pipelineOf(pipeline, id);
  const { queue, onProgress } = options;
  const runner = queue
    ? await (await import('./queue/track-queue.ts')).openTrackQueue(
        queue,
        jobs.flatMap(({ input, output }) => [input, output]),
        (state) => onProgress?.({ type: 'queue', state }),
      )
    : new TrackPool(threads);
  try {
    return await new Batch(id, jobs, works, runner, options).run();
  } finally {
    await runner.close();
  }
}

/** The number of tracks at a time that is meant. */
export function jobCount(wanted: number | 'auto'): number {
  if (wanted === 'auto') return Math.min(MOST_JOBS, availableParallelism());
  if (Number.isInteger(wanted) && wanted >= 1 && wanted <= MOST_JOBS) return wanted;
  throw usageError(`concurrency: ${wanted} is not a whole number from 1 to ${MOST_JOBS}, nor "auto"`);
}
