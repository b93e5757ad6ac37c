import { type MessagePort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { AuralisError, internalError } from '../../audio/errors.ts';
import { onKernelMemory } from '../../dsp/kernel-memory.ts';
import type { PipelineDefinition, PipelineEntry } from '../../graph/definition.ts';
import type { Move } from '../../graph/move.ts';
import { MovesUnderWay } from '../../graph/moves-under-way.ts';
import type { GraphNode } from '../../graph/node.ts';
import { loadPipelineStages, PreparedPipeline } from '../../graph/prepare-pipeline.ts';
import type { PreparedSegment } from '../../graph/prepared-segment.ts';
import { stageNamed } from '../../stages/registry.ts';
import { Bell, PatientBell } from './bell.ts';
import { RingReader, RingWriter } from './frame-ring.ts';
import type {
  Answers,
  DatedOrder,
  GraphTask,
  HandData,
  Message,
  NamedEntry,
  Order,
  Reply,
} from './graph-order.ts';

const { port, ...bells } = workerData as HandData<MessagePort>;
const own = new Bell(bells.bell);
const asker = new Bell(bells.asker);

function say(reply: Reply): void {
  port.postMessage(reply);
  asker.ring();
}

/** What it is told next, if there is something. */
const hear = (): Message | undefined => receiveMessageOnPort(port)?.message;

/** Sleeps until there is something to do; null when there will not be. */
function awaitTask(): GraphTask | null {
  for (;;) {
    const heard = own.rings;
    const message = hear();
    if (message !== undefined) return message === 'leave' ? null : (message as GraphTask);
    own.wait(heard);
  }
}

/** An entry as it was before it was sent. */
function known({ stage, ...entry }: NamedEntry): PipelineEntry {
  const definition = stageNamed(stage);
  if (definition === undefined) throw internalError(`a thread knows no stage "${stage}"`);
  return { ...entry, definition };
}

/** The definition as it was before it was sent. */
function definitionOf({ definition }: GraphTask): PipelineDefinition {
  const entries = definition.entries.map(known);
  const origin = { where: definition.name, path: null, parts: null };
  return { ...definition, entries, origin, controllers: [] };
}

/** The nodes of one thread at work. */
class GraphPart {
  readonly #task: GraphTask;
  readonly #pipeline: PreparedPipeline;
  readonly #segment: PreparedSegment;
  readonly #nodes: readonly GraphNode[];
  /** What is to be done, and how often the bell had rung when it was last asked for. */
  readonly #orders: DatedOrder[] = [];
  #heard = 0;
  #dismissed = false;
  readonly #moves = new MovesUnderWay();

  constructor(definition: PipelineDefinition, task: GraphTask) {
    const { format, backend, blockFrames } = task;
    this.#task = task;
    this.#pipeline = onKernelMemory(
      backend,
      (memory) => new PreparedPipeline(definition, { format, maxFrames: blockFrames, memory }),
    );
    [this.#segment] = this.#pipeline.segments;
    this.#nodes = this.#segment.nodes.slice(task.from, task.to);
  }

  /** Takes frames as they come, and orders each at its frame, until it is dismissed. */
  work(): void {
    const { from, to, blockFrames, next, ringEvery } = this.#task;
    const segment = this.#segment;
    const input = new RingReader(this.#task.input, segment.crossing(from));
    const output = new RingWriter(this.#task.output, segment.crossing(to));
    const behindBell = new PatientBell(new Bell(next), ringEvery);
    for (let done = 0; ; ) {
      // Frames first: the bell has then rung for the orders that come before them.
      const ready = input.frames;
      const due = this.#obeyDue(done);
      if (this.#dismissed) return;
      const frames = Math.min(ready, blockFrames, due, segment.span());
      if (frames === 0) {
        behindBell.ring();
        own.wait(this.#heard);
        continue;
      }
      input.pop(frames);
      segment.processNodes(from, to, frames);
      done += frames;
      this.#report(done);
      output.push(frames);
      behindBell.add(frames);
    }
  }

  /** Does what is due after so many frames, and gives the frames until more is. */
  #obeyDue(done: number): number {
    const orders = this.#orders;
    const { rings } = own;
    if (rings !== this.#heard) {
      this.#heard = rings;
      for (let message = hear(); message !== undefined; message = hear()) {
        if (message === 'leave') this.#dismissed = true;
        else orders.push(message as DatedOrder);
      }
    }
    while (orders[0]?.at === done) this.#obey(orders.shift()!.order);
    return orders.length > 0 ? orders[0].at - done : Number.POSITIVE_INFINITY;
  }

  /** Says what has been measured, before the frames go on: it is there when they are. */
  #report(at: number): void {
    for (const { id, processor } of this.#nodes) {
      const readings = processor.takeReadings();
      if (readings.length > 0) say({ readings: readings.map((reading) => ({ id, reading })), at });
    }
  }

  #obey(order: Order): void {
    const pipeline = this.#pipeline;
    if (order.do === 'end') this.#segment.end(order.framesIn);
    else if (order.do === 'take') pipeline.take(order.states);
    else if (order.do === 'reset') pipeline.reset(order.changed.map(known));
    else if (order.do === 'move') this.#move(order.move, order.origin);
    else say({ answer: this.#answer(order.what) });
  }

  #move(move: Move, origin: number): void {
    this.#moves.forgetBefore(move.frame);
    for (const leaf of move.leaves) this.#moves.takeLeaf(move.id, leaf, move.frame);
    this.#moves.add(move);
    this.#pipeline.move(move, origin);
  }

  #answer(what: keyof Answers): Answers[keyof Answers] {
    const answers = this.#nodes.map(({ id, processor }) => [
      id,
      what === 'states' ? processor.snapshot() : processor.meters(),
    ]);
    return Object.fromEntries(answers) as Answers['states'] | Answers['meters'];
  }
}

async function work(): Promise<void> {
  const task = awaitTask();
  if (task === null) return;
  const definition = definitionOf(task);
  await loadPipelineStages(definition);
  new GraphPart(definition, task).work();
}

/** The work that the thread is hired for, from its first moment until it is dismissed. */
export const done: Promise<void> = work().catch((error: unknown) => {
  const { kind, message } =
    error instanceof AuralisError ? error : internalError(`a thread: ${String(error)}`);
  say({ failure: { kind, message } });
});
