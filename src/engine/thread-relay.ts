import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { Planar } from '../audio/block.ts';
import { AuralisError, internalError } from '../audio/errors.ts';
import type { AudioFormat } from '../audio/format.ts';
import type { BackendName } from '../dsp/kernel-memory.ts';
import type { PipelineDefinition } from '../graph/definition.ts';
import type { Move } from '../graph/move.ts';
import type { FindRelay, PipelineSnapshot, Relay, Shared, StageReading } from '../graph/relay.ts';
import type { Readings, StageSnapshot } from '../stages/define-stage.ts';
import { Bell } from './bell.ts';
import { FrameRing, ringMemory } from './frame-ring.ts';
import type { Answers, DatedOrder, GraphTask, NamedEntry, Order, Reply } from './graph-order.ts';
import { cutEvenly, endsCost, nodeCosts } from './share-nodes.ts';

/** Beside this file in the library and in the bundle of the command line. */
const WORKER = new URL('./graph-worker.js', import.meta.url);

/** Blocks that may be under way for each thread: so many frames later the output comes. */
const BLOCKS_UNDER_WAY = 4;

/** A thread that works gives a sign of life in so many waits of a second; who sleeps with the machine misses only one. */
const PATIENCE = 60;

/** What graphs are shared out for. */
export interface ThreadOptions {
  readonly format: AudioFormat;
  readonly backend: BackendName;
  readonly blockFrames: number;
  /** This one included. */
  readonly threads: number;
}

/** A thread and the line to it. */
interface Hand {
  readonly worker: Worker;
  readonly port: MessagePort;
  readonly bell: Bell;
}

/** Shares graphs out over threads: each has consecutive nodes, and all together take as long as the slowest of them. */
export const relayOver =
  (options: ThreadOptions): FindRelay =>
  (pipeline) => {
    const { format, backend, threads } = options;
    const costs = nodeCosts(pipeline.definition, format, backend);
    const cuts = cutEvenly(costs, threads, endsCost(format));
    return cuts.length > 0 ? new ThreadRelay(pipeline, cuts, options) : null;
  };

/** The entries and wiring of a pipeline as plain data. */
function plain({ entries, origin: _, ...rest }: PipelineDefinition): GraphTask['definition'] {
  const named = entries.map(({ definition, ...entry }): NamedEntry => ({ ...entry, stage: definition.name }));
  return { ...rest, entries: named };
}

/**
 * Threads in a row, joined by rings: what this one hands over goes through all of them and comes back so many frames
 * later. It waits where they are behind, so nothing piles up. Each prepares the whole pipeline and runs its own nodes,
 * so that nothing about it depends on where it is cut.
 */
class ThreadRelay implements Relay {
  readonly from: number;
  readonly delay: number;
  readonly #leaving: Planar;
  readonly #returning: Planar;
  readonly #first: FrameRing;
  readonly #last: FrameRing;
  readonly #hands: readonly Hand[];
  readonly #bell = new Bell();
  /** Frames handed over. */
  #handed = 0;

  constructor(pipeline: Shared, cuts: readonly number[], options: ThreadOptions) {
    const { format, backend, blockFrames } = options;
    const ends = [...cuts, pipeline.definition.entries.length];
    this.from = cuts[0];
    this.delay = BLOCKS_UNDER_WAY * blockFrames * cuts.length;
    // The delay stands as silence in the last ring, and with one block more everything under way fits into any of them.
    const rings = ends.map((cut, n) =>
      ringMemory(pipeline.crossing(cut).length, this.delay + blockFrames, n < cuts.length ? 0 : this.delay),
    );
    const bells = [...cuts.map(() => new Bell()), this.#bell];
    this.#leaving = pipeline.crossing(this.from);
    this.#returning = pipeline.crossing(pipeline.definition.entries.length);
    this.#first = new FrameRing(rings[0]);
    this.#last = new FrameRing(rings[cuts.length]);
    const definition = plain(pipeline.definition);
    this.#hands = cuts.map((from, n) =>
      hire(bells[n], {
        ...{ definition, format, maxFrames: blockFrames, backend, from, to: ends[n + 1] },
        ...{ input: rings[n], output: rings[n + 1], held: n + 1 < cuts.length ? 0 : this.delay },
        ...{ bell: bells[n].memory, next: bells[n + 1].memory, asker: this.#bell.memory },
      }),
    );
  }

  process(frames: number): void {
    this.#first.push(this.#leaving, frames);
    this.#handed += frames;
    this.#hands[0].bell.ring();
    this.#await(() => (this.#last.frames >= frames ? true : this.#listen()));
    this.#last.pop(this.#returning, frames);
  }

  end(framesIn: number): void {
    this.#tell({ do: 'end', framesIn });
  }

  move(move: Move, origin: number): void {
    this.#tell({ do: 'move', move, origin });
  }

  take(states: Readonly<Record<string, StageSnapshot>>): void {
    this.#tell({ do: 'take', states });
  }

  restore(snapshot: PipelineSnapshot): void {
    this.#tell({ do: 'restore', snapshot });
  }

  states(): Readonly<Record<string, StageSnapshot>> {
    return Object.assign({}, ...this.#ask('states'));
  }

  meters(): Readonly<Record<string, Readings>> {
    return Object.assign({}, ...this.#ask('meters'));
  }

  takeReadings(): readonly StageReading[] {
    return this.#ask('readings').flat();
  }

  async close(): Promise<void> {
    await Promise.all(this.#hands.map(({ worker }) => worker.terminate()));
  }

  #tell(order: Order): void {
    const dated: DatedOrder = { at: this.#handed, order };
    for (const { port, bell } of this.#hands) {
      port.postMessage(dated);
      bell.ring();
    }
  }

  #ask<K extends keyof Answers>(what: K): Answers[K][] {
    this.#tell({ do: 'answer', what });
    return this.#hands.map((hand) => this.#await(() => replyOf(hand)) as Answers[K]);
  }

  /** Hears why a thread has stopped. */
  #listen(): undefined {
    for (const hand of this.#hands) replyOf(hand);
  }

  /** Sleeps until there is something. */
  #await<T>(look: () => T | undefined): T {
    for (let waits = 0; waits < PATIENCE; ) {
      const heard = this.#bell.rings;
      const found = look();
      if (found !== undefined) return found;
      if (!this.#bell.wait(heard, 1000)) waits++;
    }
    throw internalError(`a thread has given no sign of life for ${PATIENCE} s`);
  }
}

function hire(bell: Bell, task: GraphTask): Hand {
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(WORKER, { workerData: { task, port: port2 }, transferList: [port2] });
  // What a thread dies of without a word is told by its silence; neither keeps the process waiting.
  worker.on('error', () => {});
  worker.unref();
  port1.unref();
  return { worker, port: port1, bell };
}

/** What a thread has answered, if it has. */
function replyOf({ port }: Hand): Answers[keyof Answers] | undefined {
  const reply = receiveMessageOnPort(port)?.message as Reply | undefined;
  if (reply === undefined) return undefined;
  if ('failure' in reply) throw new AuralisError(reply.failure.kind, reply.failure.message);
  return reply.answer;
}
