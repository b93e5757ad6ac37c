import { MessageChannel } from 'node:worker_threads';
import { Piscina } from 'piscina';
import type { TrackReport } from '../monitor/batch-report.ts';
import type { AlbumResult, AlbumTask, TrackProgress, TrackTask } from './track-task.ts';

/** How long an idle worker waits for more, in ms. */
const IDLE_MS = 2000;

/** Beside this file in the library and in the bundle of the command line. */
const WORKER = new URL('./track-worker.js', import.meta.url);

/** How work in a worker is watched and stopped. */
interface PoolControl {
  /** Asks the worker to stop; it then gives back as usual. */
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: TrackProgress) => void;
}

/** Worker threads, one track each at a time. */
export class TrackPool {
  readonly #pool: Piscina;

  constructor(threads: number) {
    this.#pool = new Piscina({
      filename: WORKER.href,
      minThreads: 0,
      maxThreads: threads,
      idleTimeout: IDLE_MS,
    });
  }

  /** Takes one track from end to end. */
  master(task: TrackTask, control: PoolControl): Promise<TrackReport> {
    return this.#send('masterTrack', task, control);
  }

  /** Decides the gain of an album. */
  planAlbum(task: AlbumTask, control: PoolControl): Promise<AlbumResult> {
    return this.#send('planAlbum', task, control);
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  async #send<T>(name: string, task: object, { signal, onProgress }: PoolControl): Promise<T> {
    const { port1: near, port2: port } = new MessageChannel();
    // Piscina's own signal would end the thread where it stands; this one lets it clean up.
    const cancel = (): void => near.postMessage('cancel');
    near.on('message', (progress: TrackProgress) => onProgress?.(progress));
    signal.addEventListener('abort', cancel, { once: true });
    if (signal.aborted) cancel();
    try {
      return await this.#pool.run({ task, port }, { name, transferList: [port] });
    } finally {
      signal.removeEventListener('abort', cancel);
      near.close();
    }
  }
}
