import type { MessagePort } from 'node:worker_threads';
import type { OnCeiling } from '../engine/passes/plan-gain.ts';
import type { Aim, Decision } from '../engine/passes/plan-mastering.ts';
import type { TrackMoves, TrackReport } from '../monitor/batch-report.ts';
import type { JournalEntry } from './journal.ts';

/** Where a loudness is to be brought to. */
export interface NormalizeWork {
  readonly kind: 'normalize';
  /** LUFS. */
  readonly target: number;
  /** dBTP. */
  readonly ceiling: number;
  readonly onCeiling: OnCeiling;
}

/** What a track is mastered towards, by what is heard in it. */
export interface MasterWork {
  readonly kind: 'master';
  readonly aim: Aim;
}

/** A pipeline that every track goes through: a path or name, or the JSON as a value. */
export interface PipelineWork {
  readonly kind: 'pipeline';
  readonly pipeline: string | object;
}

/** What is to be done to a track. A further kind has its case in `trackPlan`. */
export type Work = MasterWork | NormalizeWork | PipelineWork;

/** A pipeline as a value, and what led to it. */
export interface TrackPlan {
  readonly pipeline: string | object;
  readonly moves: TrackMoves | null;
  readonly decisions: readonly Decision[];
}

/** Why nothing can be done to the tracks of an album. */
export interface NoPlan {
  readonly error: string;
}

/** Where a worker notes what is finished. */
export interface TaskJournal {
  /** The folder that journals are kept in. */
  readonly folder: string;
  /** The output from there, with `/`. */
  readonly name: string;
  readonly version: string;
  /** The worker process that keeps a journal of its own; null for the batch's. */
  readonly writer: string | null;
  /** Whether what is noted is left as it is. */
  readonly skipDone: boolean;
}

/** One track for one worker. */
export interface TrackTask {
  readonly input: string;
  readonly output: string;
  /** The file that the decisions are written to; null for none. */
  readonly decisions: string | null;
  /** Of the batch that it belongs to: a pipeline file is read once for all of its tracks. */
  readonly batch: string;
  readonly work: Work;
  /** The plan of the album that it belongs to, or why it has none; null for a track of its own. */
  readonly plan: TrackPlan | NoPlan | null;
  readonly overwrite: boolean;
  /** LU within which a track is left as it is; null for none. */
  readonly ifOffBy: number | null;
  /** Where what is finished is noted; null for nowhere. */
  readonly journal: TaskJournal | null;
  /** What an earlier run noted, where that is to count. */
  readonly done: JournalEntry | null;
}

/** What a worker is doing to a track. */
export type TrackPhase = 'measuring' | 'planning' | 'processing' | 'checking';

/** How far a track has come; `share` from 0 to 1, null where it is not known. */
export interface TrackProgress {
  readonly phase: TrackPhase;
  readonly share: number | null;
}

/** A task on its way to a worker; a message on the port, of any kind, cancels it. */
export interface SentTask<T> {
  readonly task: T;
  readonly port: MessagePort;
}

/** Tracks that get one gain. */
export interface AlbumTask {
  readonly inputs: readonly string[];
  readonly work: NormalizeWork;
}

/** How a track ended, and whether it may go better another time: the file system failed, not the file. */
export interface TrackResult {
  readonly report: TrackReport;
  readonly transient: boolean;
}

/** What a worker gives back for an album: its plan, or why there is none; an error of null says that it was cancelled. */
export type AlbumResult = { readonly plan: TrackPlan } | { readonly error: string | null };
