import { KeptMemory } from '../engine/analysis/analyze.ts';
import { directCalls } from '../engine/files/file-calls.ts';
import { systemReason } from '../engine/files/system-reason.ts';
import { masterTrack as master } from './master-track.ts';
import { albumPlan } from './track-plan.ts';
import type { AlbumResult, AlbumTask, SentTask, TrackResult, TrackTask } from './track-task.ts';

/** Of this thread, which does one task at a time and nothing else while it reads and writes. */
const own = { memory: new KeptMemory(), calls: directCalls };

/** Runs in a worker thread: one track from end to end, told of on the task's port. */
export function masterTrack({ task, port }: SentTask<TrackTask>): Promise<TrackResult> {
  return cancellable(port, (signal) =>
    master(task, { ...own, signal, onProgress: (progress) => port.postMessage(progress) }),
  );
}

/** Runs in a worker thread: decides the one gain of an album; an error of null says that it was cancelled. */
export function planAlbum({ task, port }: SentTask<AlbumTask>): Promise<AlbumResult> {
  return cancellable(port, async (signal) => {
    try {
      return { plan: await albumPlan(task, { ...own, signal }) };
    } catch (error) {
      return { error: signal.aborted ? null : systemReason(error) };
    }
  });
}

/** Does something until a message comes on the port. */
async function cancellable<T>(
  port: SentTask<unknown>['port'],
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  port.once('message', () => controller.abort());
  try {
    return await work(controller.signal);
  } finally {
    port.close();
  }
}
