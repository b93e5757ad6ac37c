import { statSync } from 'node:fs';
import { dirname, relative, sep } from 'node:path';
import { systemReason } from '../engine/files/system-reason.ts';
import type { BatchProgress } from '../monitor/batch-progress.ts';
import type { TrackReport } from '../monitor/batch-report.ts';
import type { FileJob } from './file-job.ts';
import { FreeLanes } from './free-lanes.ts';
import { type JournalEntry, openJournal } from './journal.ts';
import { notProcessed } from './not-processed.ts';
import { overLanes } from './over-lanes.ts';
import type { BatchQueue, RunnerControl, TrackRunner } from './track-runner.ts';
import type { NoPlan, NormalizeWork, TrackPlan, TrackTask, Work } from './track-task.ts';

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
  /** Who does the work in place of threads of this process. */
  readonly queue?: BatchQueue | undefined;
}

/** A job with what is known of it before it runs. */
interface Track {
  readonly job: FileJob;
  readonly work: Work;
  /** Of the input. */
  readonly bytes: number;
}

/** All jobs of one call on their way through a runner: the albums' gains first, then the tracks. */
export class Batch {
  readonly #id: string;
  readonly #tracks: readonly Track[];
  readonly #runner: TrackRunner;
  readonly #options: ProcessFilesOptions;
  readonly #signal: AbortSignal;
  readonly #reports = new Map<FileJob, TrackReport>();
  readonly #albums = new Map<string, TrackPlan | NoPlan>();
  readonly #lanes = new FreeLanes<FileJob>();
  readonly #began = performance.now();
  readonly #bytes: number;
  #bytesDone = 0;

  constructor(
    id: string,
    jobs: readonly FileJob[],
    works: readonly Work[],
    runner: TrackRunner,
    options: ProcessFilesOptions,
  ) {
    this.#id = id;
    this.#tracks = jobs.map((job, n) => ({ job, work: works[n], bytes: bytesOf(job.input) }));
    this.#bytes = this.#tracks.reduce((sum, { bytes }) => sum + bytes, 0);
    this.#runner = runner;
    this.#options = options;
    this.#signal = options.signal ?? new AbortController().signal;
  }

  async run(): Promise<readonly TrackReport[]> {
    const { lanes } = this.#runner;
    await overLanes([...this.#albumTracks()], lanes, (album) => this.#plan(...album));
    const { journal } = this.#options;
    const done = journal && openJournal(journal.folder);
    // The longest first, so that no thread is left with a long one at the end.
    const order = [...this.#tracks].sort((a, b) => b.bytes - a.bytes);
    await overLanes(order, lanes, async (track) => {
      const report = await this.#master(track, done?.get(this.#nameOf(track.job.output)) ?? null);
      this.#reports.set(track.job, report);
      this.#tell(track, report);
    });
    return this.#tracks.map(({ job }) => this.#reports.get(job)!);
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
      : await this.#runner
          .planAlbum(task, { signal: this.#signal })
          .catch((error) => ({ error: systemReason(error) }));
    if ('plan' in result) this.#albums.set(album, result.plan);
    else if (result.error !== null) this.#albums.set(album, { error: result.error });
  }

  async #master(track: Track, entry: JournalEntry | null): Promise<TrackReport> {
    const { job } = track;
    const plan = job.album === undefined ? null : this.#albums.get(job.album);
    // An album about which nothing is known was cancelled.
    if (this.#signal.aborted || plan === undefined) return notProcessed(job, 'cancelled', null);
    const watch: RunnerControl = {
      signal: this.#signal,
      onProgress: ({ phase, share }) =>
        this.#options.onProgress?.({
          type: 'track',
          lane: this.#lanes.of(job),
          input: job.input,
          phase,
          share,
        }),
    };
    return this.#runner.master(this.#taskOf(track, plan, entry), watch).then(
      ({ report }) => report,
      (error) => notProcessed(job, 'failed', systemReason(error)),
    );
  }

  #taskOf({ job, work }: Track, plan: TrackPlan | NoPlan | null, entry: JournalEntry | null): TrackTask {
    const { input, output, master } = job;
    const { overwrite = false, ifOffBy = null, journal } = this.#options;
    return {
      input,
      output,
      decisions: master?.decisions ?? null,
      batch: this.#id,
      work,
      plan,
      overwrite: overwrite || entry !== null,
      ifOffBy,
      journal: journal ? { ...journal, name: this.#nameOf(output), writer: null } : null,
      done: journal?.skipDone ? entry : null,
    };
  }

  #nameOf(output: string): string {
    return relative(this.#options.journal?.folder ?? dirname(output), output)
      .split(sep)
      .join('/');
  }

  #tell({ job, bytes }: Track, track: TrackReport): void {
    const lane = this.#lanes.release(job);
    this.#bytesDone += bytes;
    const elapsed = (performance.now() - this.#began) / 1000;
    const eta = this.#bytesDone > 0 ? (elapsed / this.#bytesDone) * (this.#bytes - this.#bytesDone) : null;
    const [ended, total] = [this.#reports.size, this.#tracks.length];
    this.#options.onProgress?.({ type: 'end', lane, track, ended, total, eta });
  }
}

/** Bytes of a file; 0 where it can't be asked, which its track will say. */
function bytesOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}
