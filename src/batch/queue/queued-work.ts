import { createHash } from 'node:crypto';
import { isShippedName } from '../../engine/pipelines/part-files.ts';
import type { TrackReport } from '../../monitor/batch-report.ts';
import { pipelineOf } from '../pipeline-of.ts';
import type { AlbumTask, PipelineWork, TrackProgress, TrackTask, Work } from '../track-task.ts';

/** What stands on the queue; files are named by their address. */
export interface QueuedWork<T extends AlbumTask | TrackTask = AlbumTask | TrackTask> {
  readonly task: T;
  /** Of the package: another one would make other bytes. */
  readonly version: string;
  /** Whether it stood on the queue before and was lost, so that it may have been done. */
  readonly again: boolean;
  /** Set when nobody wants it any more. */
  readonly cancelled: boolean;
}

/** What a worker tells while it is at it; the report of an attempt that failed comes before its end. */
export type QueuedNews = TrackProgress | { readonly report: TrackReport };

/** Names for what is to be done. */
export const TRACK = 'track';
export const ALBUM = 'album';

/** A track with other names for its files. */
export function renamedTrack(task: TrackTask, name: (path: string) => string): TrackTask {
  const { work, journal, decisions } = task;
  return {
    ...task,
    input: name(task.input),
    output: name(task.output),
    decisions: decisions && name(decisions),
    journal: journal && { ...journal, folder: name(journal.folder) },
    work: isNamed(work) ? { ...work, pipeline: name(work.pipeline) } : work,
  };
}

/** What a report says with other names for the files of its track. */
export function renamedReport(report: TrackReport, from: TrackFiles, to: TrackFiles): TrackReport {
  const renamed = (text: string): string =>
    text.replaceAll(from.input, to.input).replaceAll(from.output, to.output);
  const { error, warnings, decisions } = report;
  return {
    ...report,
    input: to.input,
    output: to.output,
    decisions: decisions && to.decisions,
    warnings: warnings.map(renamed),
    error: error && renamed(error),
  };
}

/** The names of a track's files. */
type TrackFiles = Pick<TrackTask, 'input' | 'output' | 'decisions'>;

/** An album with other names for its files. */
export const renamedAlbum = (task: AlbumTask, name: (path: string) => string): AlbumTask => ({
  ...task,
  inputs: task.inputs.map(name),
});

/** Whether work names a pipeline file, rather than a shipped one or a value. */
function isNamed(work: Work): work is PipelineWork & { readonly pipeline: string } {
  return work.kind === 'pipeline' && typeof work.pipeline === 'string' && !isShippedName(work.pipeline);
}

/** Work that takes a pipeline file along, so that no worker need see it; one that names further files stays a path. */
export async function portable(work: Work, batch: string): Promise<Work> {
  if (!isNamed(work)) return work;
  const { source } = await pipelineOf(work.pipeline, batch);
  const isWhole = source.extends === undefined && source.stages.every((entry) => !('use' in entry));
  return isWhole ? { ...work, pipeline: source } : work;
}

/** The name of work on the queue, the same for the same work, so that a batch that is started again finds its own. */
export function workId(name: string, { task, version }: QueuedWork): string {
  const what = 'batch' in task ? { ...task, batch: null, done: null } : task;
  return createHash('sha256')
    .update(JSON.stringify([name, version, what]))
    .digest('hex')
    .slice(0, 32);
}
