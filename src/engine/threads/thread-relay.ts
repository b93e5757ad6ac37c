import type { AudioFormat } from '../../audio/format.ts';
import type { BackendName } from '../../dsp/kernel-memory.ts';
import type { PipelineDefinition, PipelineEntry } from '../../graph/definition.ts';
import type { Move } from '../../graph/move.ts';
import type { FindRelay, Relay, Shared, StageReading } from '../../graph/relay.ts';
import type { Readings, StageSnapshot } from '../../stages/define-stage.ts';
import { PatientBell } from './bell.ts';
import { RingReader, RingWriter, ringMemory } from './frame-ring.ts';
import type { Answers, GraphTask, NamedEntry, Order } from './graph-order.ts';
import { cutEvenly, pays } from './share-nodes.ts';
import { endsCost, stageCosts } from './stage-costs.ts';
import type { Hand, ThreadCrew } from './thread-crew.ts';

/**
 * Blocks that are under way: so many frames later the output comes. Who loses a core for some milliseconds, to V8's compilers or
 * to Node's reading and writing, holds nobody up as long as these last. A thread is woken for half of them, which takes longer than a block.
 */
const BLOCKS_UNDER_WAY = 64;

/** What graphs are shared out for. */
interface ThreadOptions {
  readonly format: AudioFormat;
  readonly backend: BackendName;
  readonly blockFrames: number;
  /** Frames that will come, where that is known. */
  readonly frames: number | null;
}

/** Shares graphs out over threads: each has consecutive nodes, and all together take as long as the slowest of them. */
export const relayOver =
  (crew: ThreadCrew, options: ThreadOptions): FindRelay =>
  (pipeline) => {
    const { format, frames } = options;
    const [costs, ends] = [stageCosts(pipeline.definition, format), endsCost(format)];
    const cuts = cutEvenly(costs, crew.threads, ends);
    const shared = cuts.length > 0 && (!crew.thrifty || pays(costs, cuts, ends, frames));
    return shared ? new ThreadRelay(pipeline, cuts, crew, options) : null;
  };

const named = ({ definition, ...entry }: PipelineEntry): NamedEntry => ({ ...entry, stage: definition.name });

/** The entries and wiring of a pipeline as plain data. */
function plain({
  entries,
  origin: _origin,
  controllers: _,
  ...rest
}: PipelineDefinition): GraphTask['definition'] {
  return { ...rest, entries: entries.map(named) };
}

/**
 * Threads in a row, joined by rings: what this one hands over goes through all of them and comes back so many frames
 * later. It waits where they are behind, so nothing piles up, and never for more input. Each prepares the whole pipeline
 * and runs its own nodes, so that nothing about it depends on where it is cut.
 */
class ThreadRelay implements Relay {
  readonly from: number;
  readonly delay: number;
  readonly #first: RingWriter;
  readonly #last: RingReader;
  readonly #hands: readonly Hand[];
  readonly #crew: ThreadCrew;
  readonly #firstBell: PatientBell;
  /** Frames handed over. */
  #handed = 0;

  constructor(pipeline: Shared, cuts: readonly number[], crew: ThreadCrew, options: ThreadOptions) {
    const { format, backend, blockFrames } = options;
    const { length } = pipeline.definition.entries;
    const ends = [...cuts, length];
    this.from = cuts[0];
    this.delay = BLOCKS_UNDER_WAY * blockFrames;
    // The delay stands as silence in the last ring; with the block that is handed over, everything under way fits into any.
    const rings = ends.map((cut, n) =>
      ringMemory(pipeline.crossing(cut).length, this.delay + blockFrames, n < cuts.length ? 0 : this.delay),
    );
    this.#first = new RingWriter(rings[0], pipeline.crossing(this.from));
    this.#last = new RingReader(rings[cuts.length], pipeline.crossing(length));
    this.#crew = crew;
    this.#hands = crew.take(cuts.length);
    // All threads have some to do at any time.
    const ringEvery = Math.ceil(this.delay / (2 * cuts.length));
    this.#firstBell = new PatientBell(this.#hands[0].bell, ringEvery);
    const definition = plain(pipeline.definition);
    this.#hands.forEach((hand, n) => {
      hand.tell({
        ...{ definition, format, backend, from: cuts[n], to: ends[n + 1] },
        ...{ input: rings[n], output: rings[n + 1], blockFrames },
        next: (this.#hands[n + 1] ?? crew).bell.memory,
        ringEvery,
      });
    });
  }

  process(frames: number): void {
    this.#first.push(frames);
    this.#handed += frames;
    this.#firstBell.add(frames);
    if (this.#last.frames < frames) this.#awaitFrames(frames);
    this.#last.pop(frames);
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

  reset(changed: readonly PipelineEntry[]): void {
    this.#tell({ do: 'reset', changed: changed.map(named) });
  }

  states(): Readonly<Record<string, StageSnapshot>> {
    return Object.assign({}, ...this.#ask('states'));
  }

  meters(): Readonly<Record<string, Readings>> {
    return Object.assign({}, ...this.#ask('meters'));
  }

  takeReadings(): readonly StageReading[] {
    return this.#hands.flatMap((hand) => hand.takeReadings(this.#handed - this.delay));
  }

  async close(): Promise<void> {
    await Promise.all(this.#hands.map((hand) => hand.dismiss()));
  }

  #tell(order: Order): void {
    for (const hand of this.#hands) hand.tell({ at: this.#handed, order });
  }

  #ask<K extends keyof Answers>(what: K): Answers[K][] {
    this.#tell({ do: 'answer', what });
    return this.#hands.map((hand) => this.#crew.await(() => hand.answer()) as Answers[K]);
  }

  #awaitFrames(frames: number): void {
    this.#firstBell.ring();
    this.#crew.await(() => {
      // Hears why a thread has stopped.
      for (const hand of this.#hands) hand.answer();
      return this.#last.frames >= frames ? true : undefined;
    });
  }
}
