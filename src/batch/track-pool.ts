import { MessageChannel } from 'node:worker_threads';
import { Piscina } from 'piscina';
import type { RunnerControl, TrackRunner } from './track-runner.ts';
import type { AlbumResult, AlbumTask, TrackProgress, TrackResult, TrackTask } from './track-task.ts';

/** How long an idle worker waits for more, in ms. */
const IDLE_MS = 2000;

/** Beside this file in the library and in the bundle of the command line. */
const WORKER = new URL('./track-worker.js', import.meta.url).href;

/** Worker threads, one track each at a time. */
export class TrackPool implements TrackRunner {
  readonly lanes: number;
  readonly #pool: Piscina;

  constructor(threads: number) {
    this.lanes = threads;
    // With a file of its own the pool would look for a default export there, by every way to load it.
    this.#pool = new Piscina({
      minThreads: 0,
      maxThreads: threads,
      idleTimeout: IDLE_MS,
    });
  }

  master(task: TrackTask, control: RunnerControl): Promise<TrackResult> {
    return this.#send('masterTrack', task, control);
  }

  planAlbum(task: AlbumTask, control: RunnerControl): Promise<AlbumResult> {
    return this.#send('planAlbum', task, control);
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  async #send<T>(name: string, task: object, { signal, onProgress }: RunnerControl): Promise<T> {
    const { port1: near, port2: port } = new MessageChannel();
    // Piscina's own signal would end the thread where it stands; this one lets it clean up.
    const cancel = (): void => near.postMessage('cancel');
    near.on('message', (progress: TrackProgress) => onProgress?.(progress));
    signal.addEventListener('abort', cancel, { once: true });
    if (signal.aborted) cancel();
    try {
      return await this.#pool.run({ task, port }, { filename: WORKER, name, transferList: [port] });
    } finally {
      signal.removeEventListener('abort', cancel);
      near.close();
    }
  }
}
