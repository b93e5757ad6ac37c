import { type MessagePort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { AuralisError, internalError } from '../audio/errors.ts';
import { onKernelMemory } from '../dsp/kernel-memory.ts';
import type { PipelineDefinition } from '../graph/definition.ts';
import { type Move, takeOver } from '../graph/move.ts';
import { loadPipelineStages, PreparedPipeline } from '../graph/prepare-pipeline.ts';
import { stageNamed } from '../stages/registry.ts';
import { Bell } from './bell.ts';
import { FrameRing } from './frame-ring.ts';
import type { Answers, DatedOrder, GraphTask, Order, Reply } from './graph-order.ts';

const { task, port } = workerData as { readonly task: GraphTask; readonly port: MessagePort };
const asker = new Bell(task.asker);

function say(reply: Reply): void {
  port.postMessage(reply);
  asker.ring();
}

/** The definition as it was before it was sent. */
function definitionOf({ definition }: GraphTask): PipelineDefinition {
  const entries = definition.entries.map(({ stage, ...entry }) => {
    const named = stageNamed(stage);
    if (named === undefined) throw internalError(`a thread knows no stage "${stage}"`);
    return { ...entry, definition: named };
  });
  return { ...definition, entries, origin: { where: definition.name, path: null, parts: null } };
}

/** The nodes of one thread at work. */
class GraphPart {
  readonly #pipeline: PreparedPipeline;
  #moves: Move[] = [];

  constructor(definition: PipelineDefinition) {
    const { format, maxFrames, backend } = task;
    this.#pipeline = onKernelMemory(
      backend,
      (memory) => new PreparedPipeline(definition, { format, maxFrames, memory }),
    );
  }

  /** Takes frames as they come, and orders each at its frame, for ever. */
  work(): never {
    const { from, to, maxFrames } = task;
    const [input, output] = [new FrameRing(task.input), new FrameRing(task.output, task.held)];
    const [own, next] = [new Bell(task.bell), new Bell(task.next)];
    const [before, behind] = [this.#pipeline.crossing(from), this.#pipeline.crossing(to)];
    const orders: DatedOrder[] = [];
    for (let done = 0; ; ) {
      const heard = own.rings;
      // Frames first: the orders that come before them are then here too.
      const ready = input.frames;
      for (let one = receiveMessageOnPort(port); one; one = receiveMessageOnPort(port)) {
        orders.push(one.message as DatedOrder);
      }
      while (orders[0]?.at === done) this.#obey(orders.shift()!.order);
      const due = orders.length > 0 ? orders[0].at - done : Number.POSITIVE_INFINITY;
      const frames = Math.min(ready, maxFrames, due, this.#pipeline.span());
      if (frames === 0) {
        own.wait(heard);
        continue;
      }
      input.pop(before, frames);
      this.#pipeline.processNodes(from, to, frames);
      output.push(behind, frames);
      next.ring();
      done += frames;
    }
  }

  #obey(order: Order): void {
    const pipeline = this.#pipeline;
    if (order.do === 'end') pipeline.end(order.framesIn);
    else if (order.do === 'take') pipeline.take(order.states);
    else if (order.do === 'restore') pipeline.restore(order.snapshot);
    else if (order.do === 'move') this.#move(order.move, order.origin);
    else say({ answer: this.#answer(order.what) });
  }

  #move(move: Move, origin: number): void {
    this.#moves = this.#moves.filter(({ frame, frames }) => frame + frames > move.frame);
    takeOver(this.#moves, move);
    this.#moves.push(move);
    this.#pipeline.move(move, origin);
  }

  get #own() {
    return this.#pipeline.nodes.slice(task.from, task.to);
  }

  #answer(what: keyof Answers): Answers[keyof Answers] {
    if (what === 'readings') {
      return this.#own.flatMap(({ id, processor }) =>
        processor.takeReadings().map((reading) => ({ id, reading })),
      );
    }
    return Object.fromEntries(
      this.#own.map(({ id, processor }) => [
        id,
        what === 'states' ? processor.snapshot() : processor.meters(),
      ]),
    ) as Answers['states'] | Answers['meters'];
  }
}

try {
  const definition = definitionOf(task);
  await loadPipelineStages(definition);
  new GraphPart(definition).work();
} catch (error) {
  const { kind, message } =
    error instanceof AuralisError ? error : internalError(`a thread: ${String(error)}`);
  say({ failure: { kind, message } });
}
