import type { QueueState } from '../monitor/batch-progress.ts';
import type { AlbumResult, AlbumTask, TrackProgress, TrackResult, TrackTask } from './track-task.ts';

/** A queue that workers take tracks from, on this machine and others. */
export interface BatchQueue {
  /** `redis://host:6379`, or `rediss://` for TLS. */
  readonly url: string;
  /** The folder that all workers see, each under a path of its own. @default '/' */
  readonly root?: string | undefined;
  /** Of this package: a worker of another one does not take the tracks. */
  readonly version: string;
}

/** How work is watched and stopped. */
export interface RunnerControl {
  /** Asks whoever does it to stop; it then gives back as usual. */
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: TrackProgress) => void;
}

/** Who does the work of a batch: threads of this process, or workers on a queue. */
export interface TrackRunner {
  /** Tracks that it is to be given at a time. */
  readonly lanes: number;
  /** Takes one track from end to end. */
  master(task: TrackTask, control: RunnerControl): Promise<TrackResult>;
  /** Decides the gain of an album. */
  planAlbum(task: AlbumTask, control: RunnerControl): Promise<AlbumResult>;
  /** Ends what it has opened. */
  close(): Promise<void>;
}

/** Tells how it is with a queue, where there is one. */
export type OnQueueState = (state: QueueState) => void;
