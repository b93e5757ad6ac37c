import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';
import { usageError } from '../audio/errors.ts';
import type { SpectrumPartial } from '../dsp/spectrum-range.ts';
import type { SpectrumTask } from './spectrum-worker.ts';

/** A number of threads, or `auto`: as many as the machine has cores, eight at most. */
export type ThreadCount = number | 'auto';

/** Beyond so many threads the one that hands out the ranges is the slowest. */
const MOST_AUTO_THREADS = 8;
const MOST_THREADS = 64;

/** How long an idle worker waits for more, in ms: a batch of files finds it warm, and no process waits for it. */
const IDLE_MS = 2000;

/** The count that is meant. */
export function threadCount(wanted: ThreadCount): number {
  if (wanted === 'auto') return Math.min(MOST_AUTO_THREADS, availableParallelism());
  if (Number.isInteger(wanted) && wanted >= 1 && wanted <= MOST_THREADS) return wanted;
  throw usageError(`threads: ${wanted} is not a whole number from 1 to ${MOST_THREADS}, nor "auto"`);
}

/** Beside this file in the library and in the bundle of the command line. */
const WORKER = new URL('./spectrum-worker.js', import.meta.url);

/** Worker threads that analyse ranges. They start with the first range and are kept warm between analyses. */
export class SpectrumPool {
  readonly threads: number;
  readonly #pool: Piscina<SpectrumTask, SpectrumPartial>;

  constructor(threads: number) {
    this.threads = threads;
    this.#pool = new Piscina({
      filename: WORKER.href,
      name: 'analyseRange',
      minThreads: 0,
      maxThreads: threads,
      // The next range lies ready when one is done: no thread waits for the one that hands them out.
      concurrentTasksPerWorker: 2,
      idleTimeout: IDLE_MS,
    });
  }

  /** Analyses one range on the next free thread. */
  analyse(task: SpectrumTask): Promise<SpectrumPartial> {
    return this.#pool.run(task);
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}
