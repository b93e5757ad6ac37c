import type { Queue, QueueEvents } from 'bullmq';
import type { TrackReport } from '../../monitor/batch-report.ts';
import { notProcessed } from '../not-processed.ts';
import type { BatchQueue, OnQueueState, RunnerControl, TrackRunner } from '../track-runner.ts';
import type { AlbumResult, AlbumTask, TrackProgress, TrackResult, TrackTask } from '../track-task.ts';
import { closing, connectQueue } from './connect-queue.ts';
import { type FileAccess, sharedFolder } from './file-access.ts';
import {
  ALBUM,
  portable,
  type QueuedNews,
  type QueuedWork,
  renamedAlbum,
  renamedReport,
  renamedTrack,
  TRACK,
  workId,
} from './queued-work.ts';

/** How often a queue is looked through for what its events have not told, in ms. */
const LOOK_EVERY = 2000;
/** How long a worker may take to stop what nobody wants any more, in ms. */
const CANCEL_PATIENCE = 15_000;
/** Attempts at a track, and the pause behind the first one in ms; each further pause is twice as long. */
const ATTEMPTS = 4;
const BACKOFF = 2000;
/** Seconds for which a result is kept that nobody has come for. */
const KEPT = 7 * 24 * 3600;

/** How work ended on the queue: what the worker gave back, or the reason why there is nothing. */
type End =
  | { readonly value: unknown }
  | { readonly report: TrackReport | null; readonly error: string | null };

/** Work of this batch on the queue. */
interface Followed {
  readonly name: string;
  readonly data: QueuedWork;
  readonly onProgress: (progress: TrackProgress) => void;
  readonly end: (end: End) => void;
  isAdded: boolean;
}

/** What a batch holds of a server. */
interface Server {
  readonly queue: Queue;
  readonly events: QueueEvents;
  readonly giveUp: () => void;
}

/** Opens a queue for a batch with these files. @throws AuralisError of kind `usage` or `output` */
export async function openTrackQueue(
  { url, root = '/', version }: BatchQueue,
  paths: readonly string[],
  onState: OnQueueState,
): Promise<TrackRunner> {
  const files = sharedFolder(root);
  for (const path of paths) files.addressOf(path);
  const { bullmq, address, options, giveUp } = await connectQueue(url);
  const queue = new bullmq.Queue(address.name, options);
  const events = new bullmq.QueueEvents(address.name, options);
  return new TrackQueue({ queue, events, giveUp }, files, version, onState);
}

/** Puts a batch on a queue and follows what workers make of it. */
class TrackQueue implements TrackRunner {
  readonly lanes = Number.POSITIVE_INFINITY;
  readonly #queue: Queue;
  readonly #events: QueueEvents;
  readonly #giveUp: () => void;
  readonly #files: FileAccess;
  readonly #version: string;
  readonly #onState: OnQueueState;
  readonly #followed = new Map<string, Followed>();
  readonly #looking: NodeJS.Timeout;
  #state = '';

  constructor({ queue, events, giveUp }: Server, files: FileAccess, version: string, onState: OnQueueState) {
    this.#queue = queue;
    this.#events = events;
    this.#giveUp = giveUp;
    this.#files = files;
    this.#version = version;
    this.#onState = onState;
    const onError = (): void => this.#tell('unreachable');
    queue.on('error', onError);
    events.on('error', onError);
    events.on('progress', ({ jobId, data }) => this.#news(jobId, data as QueuedNews));
    const collect = ({ jobId }: { readonly jobId: string }): void => {
      this.#collect(jobId).catch(() => this.#tell('unreachable'));
    };
    events.on('completed', collect);
    events.on('failed', collect);
    this.#looking = setInterval(() => this.#look(), LOOK_EVERY);
  }

  async master(task: TrackTask, control: RunnerControl): Promise<TrackResult> {
    const work = await portable(task.work, task.batch);
    const data = this.#queued(renamedTrack({ ...task, work }, this.#files.addressOf));
    const end = await this.#follow(TRACK, data, control);
    const report = 'value' in end ? (end.value as TrackReport) : (end.report ?? untold(end.error));
    return { report: renamedReport(report, data.task, task), transient: false };
  }

  async planAlbum(task: AlbumTask, control: RunnerControl): Promise<AlbumResult> {
    const data = this.#queued(renamedAlbum(task, this.#files.addressOf));
    const end = await this.#follow(ALBUM, data, control);
    return 'value' in end ? (end.value as AlbumResult) : { error: end.error };
  }

  async close(): Promise<void> {
    clearInterval(this.#looking);
    this.#giveUp();
    await closing(Promise.allSettled([this.#events.close(), this.#queue.close()]));
  }

  #queued<T extends AlbumTask | TrackTask>(task: T): QueuedWork<T> {
    return { task, version: this.#version, again: false, cancelled: false };
  }

  async #follow(name: string, data: QueuedWork, { signal, onProgress }: RunnerControl): Promise<End> {
    const id = workId(name, data);
    const ended = new Promise<End>((end) => {
      this.#followed.set(id, { name, data, end, onProgress: (news) => onProgress?.(news), isAdded: false });
    });
    const cancel = (): void => {
      this.#cancel(id).catch(() => this.#tell('unreachable'));
    };
    signal.addEventListener('abort', cancel, { once: true });
    try {
      await this.#add(id);
      if (signal.aborted) cancel();
      return await ended;
    } finally {
      signal.removeEventListener('abort', cancel);
      this.#followed.delete(id);
    }
  }

  /** Puts work on the queue; what an earlier batch has left there in the works is followed, what had ended is done anew. */
  async #add(id: string): Promise<void> {
    const work = this.#followed.get(id);
    if (work === undefined) return;
    const left = await this.#queue.getJob(id);
    if (left?.finishedOn !== undefined || left?.data.cancelled) await this.#queue.remove(id);
    await this.#queue.add(work.name, work.data, {
      jobId: id,
      attempts: ATTEMPTS,
      backoff: { type: 'exponential', delay: BACKOFF, jitter: 0.5 },
      removeOnComplete: { age: KEPT },
    });
    work.isAdded = true;
  }

  #news(id: string, news: QueuedNews): void {
    if ('phase' in news) this.#followed.get(id)?.onProgress(news);
  }

  /** Takes in what has ended; a failure stays on the queue as a dead letter. */
  async #collect(id: string): Promise<void> {
    const work = this.#followed.get(id);
    if (work === undefined) return;
    const [state, job] = await Promise.all([this.#queue.getJobState(id), this.#queue.getJob(id)]);
    if (state === 'completed') {
      work.end({ value: job?.returnvalue });
      await this.#queue.remove(id);
    } else if (state === 'failed') {
      const news = job?.progress as QueuedNews;
      const report = typeof news === 'object' && 'report' in news ? news.report : null;
      work.end({ report, error: job?.failedReason ?? null });
    }
  }

  /** Looks through the queue: events may be lost while a server is gone, and with it even what stood there. */
  async #look(): Promise<void> {
    try {
      const [isPaused, workers] = await Promise.all([this.#queue.isPaused(), this.#queue.getWorkersCount()]);
      this.#tell(isPaused ? 'paused' : workers > 0 ? 'served' : 'unserved');
      await Promise.all(
        [...this.#followed].map(async ([id, work]) => {
          if (!work.isAdded) return;
          const state = await this.#queue.getJobState(id);
          if (state === 'completed' || state === 'failed') await this.#collect(id);
          else if (state === 'unknown' && this.#followed.has(id)) await this.#addAgain(id, work);
        }),
      );
    } catch {
      this.#tell('unreachable');
    }
  }

  async #addAgain(id: string, work: Followed): Promise<void> {
    this.#followed.set(id, { ...work, data: { ...work.data, again: true } });
    await this.#add(id);
  }

  /** Takes work back from the queue, or has its worker stop. */
  async #cancel(id: string): Promise<void> {
    const work = this.#followed.get(id);
    const cancelled = (): void => work?.end({ report: null, error: null });
    setTimeout(cancelled, CANCEL_PATIENCE).unref();
    if ((await this.#queue.remove(id)) === 1) return cancelled();
    const job = await this.#queue.getJob(id);
    await job?.updateData({ ...job.data, cancelled: true });
  }

  #tell(state: Parameters<OnQueueState>[0]): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#onState(state);
  }
}

/** For a track that no worker has told of. */
const untold = (error: string | null): TrackReport =>
  notProcessed({ input: '', output: '' }, error === null ? 'cancelled' : 'failed', error);
