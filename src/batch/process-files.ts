import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import { usageError } from '../audio/errors.ts';
import type { OnCeiling } from '../engine/plan-gain.ts';
import { systemReason } from '../engine/system-reason.ts';
import type { BatchProgress } from '../monitor/batch-progress.ts';
import type { TrackReport } from '../monitor/batch-report.ts';
import { JOURNAL_NAME, openJournal } from './journal.ts';
import { overLanes } from './over-lanes.ts';
import { pipelineOf } from './pipeline-of.ts';
import { TrackPool } from './track-pool.ts';
import type { NormalizeWork, TrackPlan, Work } from './track-task.ts';

export type { BatchProgress } from '../monitor/batch-progress.ts';
export type { TrackFigures, TrackMoves, TrackReport, TrackStatus } from '../monitor/batch-report.ts';

/** A loudness to bring a track to. */
export interface NormalizeTo {
  /** LUFS. */
  readonly target: number;
  /** dBTP. @default -1 */
  readonly ceiling?: number | undefined;
  /** What to do where the ceiling forbids the gain. @default 'refuse' */
  readonly onCeiling?: OnCeiling | undefined;
}

/** One file to be made of another; either a pipeline or a loudness says how. */
export interface FileJob {
  readonly input: string;
  /** A WAV; folders on the way to it are made. */
  readonly output: string;
  /** A pipeline file, the name of a shipped one, or the JSON as a value. */
  readonly pipeline?: string | object | undefined;
  readonly normalize?: NormalizeTo | undefined;
  /** Jobs of one album get one gain, by their loudness as one programme. */
  readonly album?: string | undefined;
}

/** What is noted of a batch, so that a later one can go on. */
export interface BatchJournal {
  /** Where the journal is kept; outputs are named from here. */
  readonly folder: string;
  /** Of what makes the outputs: another version makes them again. */
  readonly version: string;
  /** Whether what the journal says is done is left as it is. */
  readonly skipDone: boolean;
}

export interface ProcessFilesOptions {
  /** Tracks at a time, each in a thread of its own: 1 to 64. @default 'auto', as many as there are cores */
  readonly concurrency?: number | 'auto' | undefined;
  /** Stops the tracks that run, removes what they have written, and begins no other. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: BatchProgress) => void) | undefined;
  /** Whether outputs that are there already are written over. @default false */
  readonly overwrite?: boolean | undefined;
  /** LU; a track this near to its target and under its ceiling is left as it is, and has no output. */
  readonly ifOffBy?: number | undefined;
  readonly journal?: BatchJournal | undefined;
}

const MOST_JOBS = 64;

/**
 * Sends files through pipelines or to a loudness, several at a time, each streamed in a worker thread. A track that
 * fails does not stop the others; what became of each is told in the order of the jobs.
 * @throws AuralisError of kind `usage` or `pipeline` for what is wrong with the jobs themselves
 */
export async function processFiles(
  jobs: readonly FileJob[],
  options: ProcessFilesOptions = {},
): Promise<readonly TrackReport[]> {
  const threads = jobCount(options.concurrency ?? 'auto');
  for (const { pipeline } of jobs) if (pipeline !== undefined) await pipelineOf(pipeline);
  const batch = new Batch(jobs, threads, options);
  try {
    return await batch.run();
  } finally {
    await batch.close();
  }
}

/** The number of tracks at a time that is meant. */
export function jobCount(wanted: number | 'auto'): number {
  if (wanted === 'auto') return Math.min(MOST_JOBS, availableParallelism());
  if (Number.isInteger(wanted) && wanted >= 1 && wanted <= MOST_JOBS) return wanted;
  throw usageError(`concurrency: ${wanted} is not a whole number from 1 to ${MOST_JOBS}, nor "auto"`);
}

/** A job with what is known of it before it runs. */
interface Track {
  readonly job: FileJob;
  readonly work: Work;
  /** Of the input. */
  readonly bytes: number;
}

/** One call of `processFiles`. */
class Batch {
  readonly #tracks: readonly Track[];
  readonly #threads: number;
  readonly #options: ProcessFilesOptions;
  readonly #signal: AbortSignal;
  readonly #pool: TrackPool;
  readonly #reports = new Map<FileJob, TrackReport>();
  readonly #albums = new Map<string, TrackPlan | { readonly error: string | null }>();
  readonly #began = performance.now();
  readonly #bytes: number;
  #bytesDone = 0;

  constructor(jobs: readonly FileJob[], threads: number, options: ProcessFilesOptions) {
    this.#tracks = jobs.map((job) => ({ job, work: workOf(job), bytes: bytesOf(job.input) }));
    this.#bytes = this.#tracks.reduce((sum, { bytes }) => sum + bytes, 0);
    this.#threads = threads;
    this.#options = options;
    this.#signal = options.signal ?? new AbortController().signal;
    this.#pool = new TrackPool(threads);
  }

  async run(): Promise<readonly TrackReport[]> {
    await overLanes([...this.#albumTracks()], this.#threads, (album) => this.#plan(...album));
    const { journal } = this.#options;
    const done = journal && openJournal(join(journal.folder, JOURNAL_NAME));
    // The longest first, so that no thread is left with a long one at the end.
    const order = [...this.#tracks].sort((a, b) => b.bytes - a.bytes);
    await overLanes(order, this.#threads, async (track, lane) => {
      const report = await this.#master(track, lane, done?.get(this.#nameOf(track.job.output)) ?? null);
      this.#reports.set(track.job, report);
      this.#tell(track, lane, report);
    });
    return this.#tracks.map(({ job }) => this.#reports.get(job)!);
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  #albumTracks(): Map<string, Track[]> {
    const albums = new Map<string, Track[]>();
    for (const track of this.#tracks) {
      const { album } = track.job;
      if (album !== undefined) albums.set(album, [...(albums.get(album) ?? []), track]);
    }
    return albums;
  }

  async #plan(album: string, tracks: readonly Track[]): Promise<void> {
    const task = { inputs: tracks.map(({ job }) => job.input), work: tracks[0].work as NormalizeWork };
    const result = this.#signal.aborted
      ? { error: null }
      : await this.#pool
          .planAlbum(task, { signal: this.#signal })
          .catch((error) => ({ error: systemReason(error) }));
    this.#albums.set(album, 'plan' in result ? result.plan : result);
  }

  async #master(
    { job, work }: Track,
    lane: number,
    entry: Parameters<TrackPool['master']>[0]['done'],
  ): Promise<TrackReport> {
    const { input, output, album } = job;
    const { overwrite = false, ifOffBy = null, journal, onProgress } = this.#options;
    if (this.#signal.aborted) return notProcessed(job, 'cancelled', null);
    const plan = album === undefined ? null : this.#albums.get(album)!;
    if (plan !== null && 'error' in plan) {
      const { error } = plan;
      return notProcessed(job, error === null ? 'cancelled' : 'failed', error);
    }
    const task = {
      input,
      output,
      work,
      plan,
      overwrite: overwrite || entry !== null,
      ifOffBy,
      journal: journal
        ? {
            path: join(journal.folder, JOURNAL_NAME),
            name: this.#nameOf(output),
            version: journal.version,
          }
        : null,
      done: journal?.skipDone ? entry : null,
    };
    const watch = {
      signal: this.#signal,
      onProgress: ({ phase, share }: { phase: string; share: number | null }) =>
        onProgress?.({ type: 'track', lane, input, phase, share }),
    };
    return this.#pool.master(task, watch).catch((error) => notProcessed(job, 'failed', systemReason(error)));
  }

  #nameOf(output: string): string {
    return relative(this.#options.journal?.folder ?? dirname(output), output)
      .split(sep)
      .join('/');
  }

  #tell({ bytes }: Track, lane: number, track: TrackReport): void {
    this.#bytesDone += bytes;
    const elapsed = (performance.now() - this.#began) / 1000;
    const eta = this.#bytesDone > 0 ? (elapsed / this.#bytesDone) * (this.#bytes - this.#bytesDone) : null;
    const [ended, total] = [this.#reports.size, this.#tracks.length];
    this.#options.onProgress?.({ type: 'end', lane, track, ended, total, eta });
  }
}

function workOf({ input, pipeline, normalize, album }: FileJob): Work {
  if ((pipeline === undefined) === (normalize === undefined)) {
    throw usageError(`${input}: expected either a pipeline or a loudness to normalize to`);
  }
  if (normalize !== undefined)
    return { kind: 'normalize', ceiling: -1, onCeiling: 'refuse', ...given(normalize) };
  if (album !== undefined) throw usageError(`${input}: an album needs a loudness to normalize to`);
  return { kind: 'pipeline', pipeline: pipeline! };
}

/** What was given, without what was given as undefined. */
const given = ({ target, ceiling, onCeiling }: NormalizeTo) => ({
  target,
  ...(ceiling !== undefined && { ceiling }),
  ...(onCeiling !== undefined && { onCeiling }),
});

const bytesOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

const notProcessed = (
  { input, output }: FileJob,
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
  error,
});
