import { pipelineError } from '../audio/errors.ts';
import { sameFormat } from '../audio/format.ts';
import { onKernelMemory } from '../dsp/kernel-memory.ts';
import { canGlide } from './change.ts';
import type { PipelineDefinition, PipelineEntry } from './definition.ts';
import { successorOf } from './make.ts';
import type { Move } from './move.ts';
import { PreparedPipeline, type PrepareOptions } from './prepare-pipeline.ts';
import { formatsOut } from './segments.ts';
import type { TransparentFrom } from './transparent.ts';

/** A pipeline at work and the frame of the output at which it heard its first input. */
interface Running {
  readonly prepared: PreparedPipeline;
  readonly origin: number;
}

/** Frames of the output over which one graph is faded into another. */
interface Fade {
  readonly start: number;
  readonly end: number;
}

/** The graphs of a stream: the one that is heard and, while it is faded into another one, that one as well. */
export class GraphsAtWork {
  readonly #options: PrepareOptions;
  /** The newest last. */
  #running: readonly Running[];
  #transparency: readonly TransparentFrom[];

  constructor(first: PreparedPipeline, options: PrepareOptions) {
    this.#options = options;
    this.#running = [{ prepared: first, origin: 0 }];
    this.#transparency = alone(first);
  }

  get newest(): Running {
    return this.#running[this.#running.length - 1];
  }

  /** Which outputs are transparent from which frame on, in the order of the frames: another list when that changes. */
  get transparency(): readonly TransparentFrom[] {
    return this.#transparency;
  }

  /** Prepares a pipeline on a memory of its own. */
  prepare(definition: PipelineDefinition): PreparedPipeline {
    return this.#prepare(definition, this.#options);
  }

  /** Refuses a pipeline that this audio can't go through, and one that changes the format of what comes out. */
  tryOut(before: PipelineDefinition, next: PipelineDefinition): void {
    const { outputFormats } = this.newest.prepared.run;
    const given = formatsOut(next, this.#options.format);
    if (!given.every((format, n) => sameFormat(format, outputFormats[n]))) {
      throw pipelineError('rate and channels of what comes out are fixed while audio runs');
    }
    if (!canGlide(before, next)) this.#prepare(next, { ...this.#options, relay: undefined });
  }

  /** Opens another one, which hears its first input at a frame of the output, in the state and on the ways of the newest. */
  open(definition: PipelineDefinition, origin: number, fade: Fade, moves: readonly Move[]): PreparedPipeline {
    const old = this.newest.prepared;
    const prepared = this.prepare(successorOf(old.definition, definition, this.#options.format));
    prepared.adopt(old);
    const both = prepared.transparent.map((one, n) => one && old.transparent[n]);
    this.#transparency = [
      ...alone(old),
      { frame: fade.start, outputs: both },
      { frame: fade.end, outputs: prepared.transparent },
    ];
    for (const move of moves) prepared.move(move, origin);
    this.#running = [...this.#running, { prepared, origin }];
    return prepared;
  }

  /** Leaves those that are no longer heard for the newest one. */
  leaveOld(): void {
    if (this.#running.length === 1) return;
    for (const { prepared } of this.#running.slice(0, -1)) void prepared.close();
    this.#running = this.#running.slice(-1);
    this.#transparency = alone(this.newest.prepared);
  }

  /** Goes on with one graph alone. */
  become(prepared: PreparedPipeline, origin: number): void {
    this.#running = [{ prepared, origin }];
    this.#transparency = alone(prepared);
  }

  /** Lets all begin anew at a frame of the output, with `changed` parameters and the moves under way. */
  beginAnew(origin: number, moves: readonly Move[], changed: readonly PipelineEntry[]): void {
    this.#running = this.#running.map(({ prepared }) => ({ prepared, origin }));
    for (const { prepared } of this.#running) prepared.reset(changed);
    for (const move of moves) this.move(move);
  }

  /** Moves parameters in every graph that is heard or about to be. */
  move(move: Move): void {
    for (const { prepared, origin } of this.#running) prepared.move(move, origin);
  }

  /** Lets go of those who process some of their nodes. */
  async close(): Promise<void> {
    await Promise.all(this.#running.map(({ prepared }) => prepared.close()));
  }

  #prepare(definition: PipelineDefinition, options: PrepareOptions): PreparedPipeline {
    return onKernelMemory(
      options.memory.backend,
      (memory) => new PreparedPipeline(definition, { ...options, memory }),
    );
  }
}

/** What holds of a graph that is heard alone, whatever the frame. */
const alone = ({ transparent }: PreparedPipeline): TransparentFrom[] => [{ frame: 0, outputs: transparent }];
