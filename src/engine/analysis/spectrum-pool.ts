import { Piscina } from 'piscina';
import type { SpectrumPartial } from '../../dsp/spectrum/spectrum-range.ts';
import type { SpectrumTask } from './spectrum-worker.ts';

/** How long an idle worker waits for more, in ms: a batch of files finds it warm, and no process waits for it. */
const IDLE_MS = 2000;

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
