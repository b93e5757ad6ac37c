import type { Job, Queue } from 'bullmq';
import { usageError } from '../../audio/errors.ts';
import { connectQueue } from './connect-queue.ts';
import type { QueuedWork } from './queued-work.ts';

/** What stands on a queue, by the state it is in. */
export interface QueueCounts {
  readonly isPaused: boolean;
  /** Worker processes that are connected. */
  readonly workers: number;
  readonly waiting: number;
  readonly running: number;
  /** Waiting for their next attempt. */
  readonly delayed: number;
  /** Dead letters: what has failed for good. */
  readonly failed: number;
}

/** A track that has failed for good. */
export interface DeadLetter {
  readonly id: string;
  readonly input: string;
  readonly error: string;
  /** Of how many attempts. */
  readonly attempts: number;
}

/** A queue as whoever runs it sees it. */
export class QueueDesk {
  readonly #queue: Queue<QueuedWork>;

  private constructor(queue: Queue<QueuedWork>) {
    this.#queue = queue;
  }

  /** @throws AuralisError of kind `usage` or `output` */
  static async open(url: string): Promise<QueueDesk> {
    const { bullmq, address, options } = await connectQueue(url);
    return new QueueDesk(new bullmq.Queue(address.name, options));
  }

  async counts(): Promise<QueueCounts> {
    const [isPaused, workers, counts] = await Promise.all([
      this.#queue.isPaused(),
      this.#queue.getWorkersCount(),
      this.#queue.getJobCounts('wait', 'active', 'delayed', 'failed'),
    ]);
    const { wait, active, delayed, failed } = counts;
    return { isPaused, workers, waiting: wait, running: active, delayed, failed };
  }

  /** Has workers take nothing more; what runs goes on. */
  pause(): Promise<void> {
    return this.#queue.pause();
  }

  resume(): Promise<void> {
    return this.#queue.resume();
  }

  async deadLetters(): Promise<readonly DeadLetter[]> {
    const jobs: Job<QueuedWork>[] = await this.#queue.getFailed();
    return jobs.map(({ id, data: { task }, failedReason, attemptsMade }) => ({
      id: id!,
      input: 'input' in task ? task.input : task.inputs.join(', '),
      error: failedReason,
      attempts: attemptsMade,
    }));
  }

  /** Puts dead letters back on the queue, all of them or those named, and tells how many. @throws AuralisError of kind `usage` for one that is none */
  async retry(ids: readonly string[]): Promise<number> {
    const jobs = await this.#failed(ids);
    for (const job of jobs) await job.retry('failed', { resetAttemptsMade: true });
    return jobs.length;
  }

  /** Throws dead letters away, all of them or those named, and tells how many. @throws AuralisError of kind `usage` for one that is none */
  async drop(ids: readonly string[]): Promise<number> {
    const jobs = await this.#failed(ids);
    for (const job of jobs) await job.remove();
    return jobs.length;
  }

  close(): Promise<void> {
    return this.#queue.close();
  }

  async #failed(ids: readonly string[]): Promise<readonly Job<QueuedWork>[]> {
    const all: Job<QueuedWork>[] = await this.#queue.getFailed();
    const stray = ids.find((id) => !all.some((job) => job.id?.startsWith(id)));
    if (stray !== undefined)
      throw usageError(`"${stray}": no dead letter begins with that, see "queue failed"`);
    return ids.length === 0 ? all : all.filter((job) => ids.some((id) => job.id?.startsWith(id)));
  }
}
