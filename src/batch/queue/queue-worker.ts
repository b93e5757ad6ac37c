import { hostname } from 'node:os';
import type { Job, Queue, UnrecoverableError, Worker } from 'bullmq';
import { systemReason } from '../../engine/files/system-reason.ts';
import type { TrackReport } from '../../monitor/batch-report.ts';
import { notedOutput } from '../journal.ts';
import { TrackPool } from '../track-pool.ts';
import type { AlbumResult, AlbumTask, TrackProgress, TrackTask } from '../track-task.ts';
import { closing, connectQueue } from './connect-queue.ts';
import { type FileAccess, sharedFolder } from './file-access.ts';
import {
  type QueuedNews,
  type QueuedWork,
  renamedAlbum,
  renamedReport,
  renamedTrack,
  TRACK,
} from './queued-work.ts';

/**
 * For how long a track belongs to its worker without a sign of life, and how often tracks are looked through that nobody
 * owns any more, in ms: one that was killed has lost its track after at most the sum. The sign is given every half of it by a
 * thread that has nothing else to do.
 */
const LOCK = 6000;
const LOOK_EVERY = 2000;
/** How often a track may go down with its worker before it is given up. */
const MOST_STALLS = 2;
/** How often a worker tells of a track and asks whether it is still wanted, in ms. */
const TELL_EVERY = 1000;

/** How a worker is set up. */
export interface ServeQueueOptions {
  /** `redis://host:6379`, or `rediss://` for TLS. */
  readonly url: string;
  /** Tracks at a time, each in a thread of its own. */
  readonly threads: number;
  /** The folder that all workers see, each under a path of its own. @default '/' */
  readonly root?: string | undefined;
  /** Of this package; work for another one is refused. */
  readonly version: string;
  /** Has it take nothing more and end when what runs is through. */
  readonly finish: AbortSignal;
  /** Has it give back what runs, for others to begin anew. */
  readonly handBack: AbortSignal;
  readonly onReady?: () => void;
  readonly onTrack?: (track: TrackReport) => void;
  /** Told of what is wrong with the server; it is waited for. */
  readonly onTrouble?: (reason: string) => void;
}

/** Takes work from a queue until it is told to end. @throws AuralisError of kind `usage` or `output` when it can't begin */
export async function serveQueue(options: ServeQueueOptions): Promise<void> {
  const { finish, handBack, onReady, threads } = options;
  const { bullmq, address, options: connection, giveUp } = await connectQueue(options.url);
  const pool = new TrackPool(threads);
  const queue = new bullmq.Queue(address.name, connection);
  const service = new QueueService(pool, queue, bullmq, options);
  const worker: Worker = new bullmq.Worker(
    address.name,
    (job, token, lost) => service.process(job, token!, lost!),
    {
      ...connection,
      concurrency: threads,
      lockDuration: LOCK,
      stalledInterval: LOOK_EVERY,
      maxStalledCount: MOST_STALLS,
      runRetryDelay: TELL_EVERY,
    },
  );
  worker.on('lockRenewalFailed', (ids) => {
    options.onTrouble?.(
      `${ids.length} tracks lost to others: no sign of life was possible for ${LOCK / 1000} s`,
    );
    for (const id of ids) worker.cancelJob(id);
  });
  const onError = (error: Error): void => {
    if (!/\block\b/.test(error.message)) options.onTrouble?.(systemReason(error));
  };
  worker.on('error', onError);
  queue.on('error', onError);
  try {
    await worker.waitUntilReady();
    onReady?.();
    await Promise.race([aborted(finish), aborted(handBack)]);
    // What has been done stands in the journals, also where the server can't be told any more.
    const closed = worker.close();
    await Promise.race([closed, service.idle().then(() => closing(closed))]);
  } finally {
    giveUp();
    await pool.close();
    await closing(queue.close());
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** Does what stands on a queue. */
class QueueService {
  readonly #pool: TrackPool;
  readonly #queue: Queue<QueuedWork>;
  readonly #bullmq: typeof import('bullmq');
  readonly #options: ServeQueueOptions;
  readonly #files: FileAccess;
  readonly #running = new Set<Promise<unknown>>();
  /** Of this process, for the journal that it keeps. */
  readonly #writer = `${hostname().replace(/[^\w-]/g, '-')}-${process.pid}`;

  constructor(pool: TrackPool, queue: Queue, bullmq: typeof import('bullmq'), options: ServeQueueOptions) {
    this.#pool = pool;
    this.#queue = queue;
    this.#bullmq = bullmq;
    this.#options = options;
    this.#files = sharedFolder(options.root ?? '/');
  }

  /** Resolves when nothing is being done. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }

  /** Does one piece of work. What can't be done throws: BullMQ then tries again, or lays it with the dead letters. */
  async process(job: Job<QueuedWork>, token: string, lost: AbortSignal): Promise<TrackReport | AlbumResult> {
    const { version } = this.#options;
    if (job.data.version !== version) {
      throw this.#final(`is for version ${job.data.version}, this worker is ${version}`);
    }
    const unwanted = new AbortController();
    if (job.data.cancelled) unwanted.abort();
    const asking = setInterval(async () => {
      if (await this.#isCancelled(job)) unwanted.abort();
    }, TELL_EVERY);
    const signal = AbortSignal.any([lost, unwanted.signal, this.#options.handBack]);
    try {
      const working = this.#work(job, signal);
      this.#running.add(working);
      const result = await working.finally(() => this.#running.delete(working));
      if (lost.aborted) throw new Error('lost to another worker');
      if (this.#options.handBack.aborted && wasCancelled(result)) {
        await job.moveToWait(token);
        throw new this.#bullmq.WaitingError();
      }
      return result;
    } finally {
      clearInterval(asking);
    }
  }

  #work(job: Job<QueuedWork>, signal: AbortSignal): Promise<TrackReport | AlbumResult> {
    if (job.name === TRACK) return this.#track(job as Job<QueuedWork<TrackTask>>, signal);
    const { task } = (job as Job<QueuedWork<AlbumTask>>).data;
    return this.#pool.planAlbum(renamedAlbum(task, this.#files.pathOf), { signal });
  }

  async #track(job: Job<QueuedWork<TrackTask>>, signal: AbortSignal): Promise<TrackReport> {
    const task = this.#taskOf(job);
    const onProgress = nowAndThen((news) => {
      job.updateProgress(news).catch(() => {});
    });
    const { report: own, transient } = await this.#pool.master(task, { signal, onProgress });
    const isOfThisBatch = own.status === 'done' && job.data.task.done === null;
    const report: TrackReport = isOfThisBatch ? { ...own, status: 'finished' } : own;
    if (report.status !== 'cancelled') this.#options.onTrack?.(report);
    const told = renamedReport(report, task, job.data.task);
    if (told.status !== 'failed') return told;
    await job.updateProgress({ report: told } satisfies QueuedNews);
    throw transient ? new Error(told.error!) : this.#final(told.error!);
  }

  /** The track with its files where this machine has them; where it may have been done before, with what is noted of it. */
  #taskOf({ data, attemptsStarted }: Job<QueuedWork<TrackTask>>): TrackTask {
    const task = renamedTrack(data.task, this.#files.pathOf);
    if (task.journal === null) return task;
    const journal = { ...task.journal, writer: this.#writer };
    const isBegun = attemptsStarted > 1 || data.again;
    const noted = isBegun || journal.skipDone ? notedOutput(journal.folder, journal.name) : null;
    return { ...task, journal, done: noted ?? task.done, overwrite: task.overwrite || noted !== null };
  }

  async #isCancelled({ id }: Job<QueuedWork>): Promise<boolean> {
    try {
      return (await this.#queue.getJob(id!))?.data.cancelled === true;
    } catch {
      return false;
    }
  }

  #final(reason: string): UnrecoverableError {
    return new this.#bullmq.UnrecoverableError(reason);
  }
}

const wasCancelled = (result: TrackReport | AlbumResult): boolean =>
  'status' in result ? result.status === 'cancelled' : 'error' in result && result.error === null;

/** Passes on the first news of each phase, and one a second. */
function nowAndThen(pass: (news: TrackProgress) => void): (news: TrackProgress) => void {
  let last = { phase: '', at: 0 };
  return (news) => {
    const at = performance.now();
    if (news.phase === last.phase && at - last.at < TELL_EVERY) return;
    last = { phase: news.phase, at };
    pass(news);
  };
}
