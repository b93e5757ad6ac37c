import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { AuralisError, internalError } from '../../audio/errors.ts';
import type { StageReading } from '../../graph/relay.ts';
import { type ThreadCount, threadCount } from '../thread-count.ts';
import { Bell } from './bell.ts';
import type { Answers, HandData, Message, Reply } from './graph-order.ts';

/** Beside this file in the library and in the bundle of the command line. */
const WORKER = new URL('./graph-worker.js', import.meta.url);

/** A thread that works gives a sign of life in so many waits of a second; who sleeps with the machine misses only one. */
const PATIENCE = 60;
/** How long a thread may take to leave, in ms: it looks up at least once a page. */
const MOST_TO_LEAVE = 1000;

/** A thread and the line to it. */
export class Hand {
  readonly bell = new Bell();
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #left: Promise<void>;
  #readings: { readonly readings: readonly StageReading[]; readonly at: number }[] = [];

  /** `asker` is rung when the thread has said something. */
  constructor(asker: Bell) {
    const { port1, port2 } = new MessageChannel();
    const workerData: HandData<MessagePort> = { port: port2, bell: this.bell.memory, asker: asker.memory };
    this.#worker = new Worker(WORKER, { workerData, transferList: [port2] });
    // What a thread dies of without a word is told by its silence; neither keeps the process waiting.
    this.#worker.on('error', () => {});
    this.#left = new Promise((resolve) => this.#worker.once('exit', () => resolve()));
    this.#worker.unref();
    this.#port = port1;
    port1.unref();
  }

  /** Tells it what to do first, and then what to do at which frame. */
  tell(what: Message): void {
    this.#port.postMessage(what);
    this.bell.ring();
  }

  /** What it has answered, if it has; throws what it has stopped for. */
  answer(): Answers[keyof Answers] | undefined {
    for (let one = receiveMessageOnPort(this.#port); one; one = receiveMessageOnPort(this.#port)) {
      const reply = one.message as Reply;
      if ('failure' in reply) throw new AuralisError(reply.failure.kind, reply.failure.message);
      if ('answer' in reply) return reply.answer;
      this.#readings.push(reply);
    }
    return undefined;
  }

  /** What its stages have measured up to a frame. */
  takeReadings(frame: number): readonly StageReading[] {
    this.answer();
    const due = this.#readings.filter(({ at }) => at <= frame);
    this.#readings = this.#readings.filter(({ at }) => at > frame);
    return due.flatMap(({ readings }) => readings);
  }

  /** Lets it go, and waits until it has; who does not hear is put out. */
  async dismiss(): Promise<void> {
    this.tell('leave');
    const deaf = setTimeout(() => void this.#worker.terminate(), MOST_TO_LEAVE);
    await this.#left;
    clearTimeout(deaf);
  }
}

/** Threads that are hired before there is something to do, because it takes them a while to come. */
export class ThreadCrew {
  /** Threads that a graph is shared out over, the calling one included. */
  readonly threads: number;
  /** Whether a graph is shared out only where it pays; threads are hired when that is known. */
  readonly thrifty: boolean;
  /** Wakes the calling thread. */
  readonly bell = new Bell();
  readonly #idle: Hand[];

  constructor(threads: ThreadCount) {
    this.threads = threadCount(threads);
    this.thrifty = threads === 'auto';
    const hired = this.thrifty ? 0 : this.threads - 1;
    this.#idle = Array.from({ length: hired }, () => new Hand(this.bell));
  }

  /** Threads for one graph; who gets them dismisses them. */
  take(count: number): readonly Hand[] {
    return Array.from({ length: count }, () => this.#idle.pop() ?? new Hand(this.bell));
  }

  /** Sleeps until `look` finds something. */
  await<T>(look: () => T | undefined): T {
    for (let waits = 0; waits < PATIENCE; ) {
      const heard = this.bell.rings;
      const found = look();
      if (found !== undefined) return found;
      if (!this.bell.wait(heard, 1000)) waits++;
    }
    throw internalError(`a thread has given no sign of life for ${PATIENCE} s`);
  }

  /** Dismisses who has nothing to do. */
  async close(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map((hand) => hand.dismiss()));
  }
}

/** Hires threads before it is known what for: they take as long to come as a pipeline to be read. Null for one thread. */
export const hireThreads = (threads: ThreadCount): ThreadCrew | null =>
  threadCount(threads) === 1 ? null : new ThreadCrew(threads);
