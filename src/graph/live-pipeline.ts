import { AuralisError, pipelineError } from '../audio/errors.ts';
import { type AudioFormat, sameFormat } from '../audio/format.ts';
import type { GuardReport } from '../dsp/guard.ts';
import { onKernelMemory } from '../dsp/kernel-memory.ts';
import type { Controller } from '../stages/controller.ts';
import type { Readings } from '../stages/define-stage.ts';
import { PRIME_SECONDS, SwitchingRun } from '../stages/switching-run.ts';
import {
  type Action,
  type Appointment,
  after,
  appointments,
  type Change,
  canGlide,
  needsTrial,
} from './change.ts';
import type { PipelineDefinition } from './definition.ts';
import { leafValue, type Move, movesBetween, withLeaf } from './move.ts';
import { PreparedPipeline, type PrepareOptions } from './prepare-pipeline.ts';
import type { PipelineSnapshot, StageReading } from './relay.ts';
import { commonPeriod, formatsOut } from './segments.ts';

/** What a pipeline that can change is prepared for. */
export interface LiveOptions extends PrepareOptions {
  /** Changes at known frames. */
  readonly changes?: readonly Change[];
  /** Told of every change that came unannounced, with the frame of the output at which it is heard. */
  readonly onChange?: (change: Change) => void;
  /** Looks at the meters at fixed frames and moves parameters; what it sets counts as come unannounced. */
  readonly controller?: Controller | undefined;
}

/** A pipeline at work and the frame of the output at which it heard its first input. */
interface Running {
  readonly prepared: PreparedPipeline;
  readonly origin: number;
}

/** A change that waits for its second graph: the frame it asks for, and whether it came unannounced. */
interface Waiting {
  readonly action: Action;
  readonly frame: number;
  readonly unannounced: boolean;
}

/** What comes in and goes out by name stays while audio flows: streams hang on it. */
function checkEnds(before: PipelineDefinition, after: PipelineDefinition): void {
  const endsOf = ({ inputs, outputs }: PipelineDefinition): string =>
    `${inputs.join(', ')} to ${outputs.map(({ name }) => name).join(', ')}`;
  if (endsOf(before) === endsOf(after)) return;
  throw pipelineError(
    `${after.name}: goes from ${endsOf(after)}, the pipeline at work from ${endsOf(before)}; inputs and outputs stay`,
  );
}

/**
 * A pipeline that can change while audio flows: parameters glide where their stage can, and everything else is a second
 * pipeline that takes over the state of what is the same, hears the input for a second, and is faded in, aligned.
 * All changes stand on one clock, the frames of the output: what arrives by wall clock is stamped with a frame and goes
 * the way of what was announced, so announcing it with that stamp gives the same bytes. Where the rate changes on the
 * way, a second graph begins at a frame that input, output and every segment have in common.
 */
export class LivePipeline {
  readonly run: SwitchingRun;
  readonly #options: LiveOptions;
  readonly #outputFormats: readonly AudioFormat[];
  readonly #outputRate: number;
  readonly #primeFrames: number;
  readonly #appointments: readonly Appointment[];
  #kept = 0;
  /** Frame at which the controller looks next. */
  #nextLook: number;
  /** What has come by wall clock since the last block. */
  #arrived: Action[] = [];
  #waiting: Waiting[] = [];
  /** What it is once everything asked for so far is done; what the newest graph is. */
  #definition: PipelineDefinition;
  #sounding: PipelineDefinition;
  /** The newest last; two while one is faded into the other. */
  #running: Running[];
  /** Moves that may be under way. */
  #moves: Move[] = [];

  constructor(definition: PipelineDefinition, options: LiveOptions) {
    const prepared = new PreparedPipeline(definition, options);
    const { outputFormats } = prepared.run;
    this.#options = options;
    this.#outputFormats = outputFormats;
    this.#outputRate = outputFormats[0].sampleRate;
    this.#primeFrames = Math.round(PRIME_SECONDS * this.#outputRate);
    this.#appointments = appointments(
      definition,
      options.changes ?? [],
      (frame, next, glides) => this.#beginOf(frame, next, glides),
      (next) => this.#tryOut(next),
    );
    this.#nextLook = options.controller?.intervalFrames ?? Number.POSITIVE_INFINITY;
    this.#definition = definition;
    this.#sounding = definition;
    this.#running = [{ prepared, origin: 0 }];
    this.run = new SwitchingRun(prepared.run, options.memory, (frame) => this.#advance(frame));
  }

  get definition(): PipelineDefinition {
    return this.#definition;
  }

  /** Frames from the input to the output, before alignment, at the rate of the input. */
  get latency(): number {
    return this.#newest.latency;
  }

  /** No stage changes a sample. */
  get transparent(): boolean {
    return this.#newest.transparent;
  }

  /** What the guard has replaced, or null when no stage needs one. */
  get guard(): GuardReport | null {
    return this.#newest.guard;
  }

  /** What every stage has measured, by id. */
  meters(): Readonly<Record<string, Readings>> {
    return this.#newest.meters();
  }

  /** Readings of intervals that closed since the last call. */
  takeReadings(): readonly StageReading[] {
    return this.#newest.takeReadings();
  }

  /** The state of the stages and the graph, for `restore`. */
  snapshot(): PipelineSnapshot {
    return this.#newest.snapshot();
  }

  /** Goes back to a state of this pipeline; the frames of the stream count on. */
  restore(snapshot: PipelineSnapshot): void {
    this.#newest.restore(snapshot);
  }

  /** Lets go of those who process some of the nodes. */
  async close(): Promise<void> {
    await Promise.all(this.#running.map(({ prepared }) => prepared.close()));
  }

  /** Changes one parameter, named `id.parameter` or deeper, as in `eq.bands[0].gain`. */
  set(name: string, value: unknown): void {
    this.#arrive({ set: name, to: value, frames: 0, curve: 'hold' });
  }

  /** Becomes another pipeline: a no-op, bit for bit, for what is the same. */
  replace(definition: PipelineDefinition): void {
    checkEnds(this.#definition, definition);
    this.#arrive({ pipeline: definition });
  }

  get #newest(): PreparedPipeline {
    return this.#running[this.#running.length - 1].prepared;
  }

  #arrive(action: Action): void {
    const next = after(this.#definition, action);
    // A stage may refuse this audio: the caller is told, and what plays plays on.
    if (needsTrial(this.#definition, next)) this.#tryOut(next);
    this.#definition = next;
    this.#arrived.push(action);
  }

  /** Refuses what this audio can't go through, and what would change the format of what comes out. */
  #tryOut(definition: PipelineDefinition): void {
    const given = formatsOut(definition, this.#options.format);
    if (!given.every((format, n) => sameFormat(format, this.#outputFormats[n]))) {
      throw pipelineError('rate and channels of what comes out are fixed while audio runs');
    }
    this.#prepare(definition, { ...this.#options, relay: undefined });
  }

  /** Prepares a pipeline on a memory of its own. */
  #prepare(definition: PipelineDefinition, options: PrepareOptions): PreparedPipeline {
    return onKernelMemory(
      options.memory.backend,
      (memory) => new PreparedPipeline(definition, { ...options, memory }),
    );
  }

  /** Frame of the input at which work has to begin on what is to be heard at a frame of the output. */
  #beginOf(frame: number, next: PipelineDefinition, glides: boolean): number {
    const { sampleRate } = this.#options.format;
    const begin = (at: number): number => Math.floor((at * sampleRate) / this.#outputRate);
    if (glides) return begin(frame);
    const period = commonPeriod(next, this.#options.format);
    return Math.floor(begin(Math.max(0, frame - this.#primeFrames)) / period) * period;
  }

  /** Does what is due at a frame of the input and gives the frame at which there is more to do. */
  #advance(frameIn: number): number {
    const frame = Math.ceil((frameIn * this.#outputRate) / this.#options.format.sampleRate);
    if (!this.run.changing) this.#leaveOld();
    this.#moves = this.#moves.filter((move) => move.frame + move.frames > frame);
    while (this.#nextBegin <= frameIn) this.#keep(this.#appointments[this.#kept++], frame);
    if (this.#nextLook <= frameIn) this.#look(this.#options.controller!, frameIn, frame);
    for (const action of this.#arrived.splice(0)) this.#welcome(action, frame);
    const next = Math.min(this.#nextBegin, this.#nextLook);
    if (this.#waiting.length === 0 || this.run.changing) return next;
    const target = this.#after(this.#waiting.map(({ action }) => action));
    const period = target === null ? 1 : commonPeriod(target, this.#options.format);
    const origin = Math.ceil(frameIn / period) * period;
    if (origin > frameIn) return Math.min(origin, next);
    this.#switch(target, frame);
    return next;
  }

  #leaveOld(): void {
    for (const { prepared } of this.#running.splice(0, this.#running.length - 1)) void prepared.close();
  }

  /** Lets the controller decide; a block always ends where it looks, so that it sees the same whatever the chunks. */
  #look(controller: Controller, frameIn: number, frame: number): void {
    this.#nextLook = frameIn + controller.intervalFrames;
    for (const { set, to } of controller.step(this.meters(), frame)) this.set(set, to);
  }

  get #nextBegin(): number {
    return this.#appointments[this.#kept]?.begins ?? Number.POSITIVE_INFINITY;
  }

  /** Does what was announced; what a change by wall clock has left no place for is passed over. */
  #keep({ frame, actions }: Appointment, now: number): void {
    const next = this.#after(actions);
    if (next === null) return;
    this.#definition = actions.reduce(after, this.#definition);
    if (canGlide(this.#sounding, next)) {
      for (const action of actions) this.#glide(action, Math.max(frame, now));
      return;
    }
    this.#waiting.push(...actions.map((action) => ({ action, frame, unannounced: false })));
  }

  #welcome(action: Action, now: number): void {
    const next = this.#after([action]);
    if (this.#waiting.length === 0 && next !== null && canGlide(this.#sounding, next)) {
      if (this.#glide(action, now)) this.#options.onChange?.({ frame: now, action });
      return;
    }
    this.#waiting.push({ action, frame: 0, unannounced: true });
  }

  /** What sounds now after some actions, or null when they don't fit it. */
  #after(actions: readonly Action[]): PipelineDefinition | null {
    try {
      return actions.reduce(after, this.#sounding);
    } catch (error) {
      if (error instanceof AuralisError) return null;
      throw error;
    }
  }

  /** Moves parameters, in every graph that is heard or about to be, and says whether there were any. */
  #glide(action: Action, frame: number): boolean {
    const next = after(this.#sounding, action);
    const { frames, curve } = 'pipeline' in action ? { frames: 0, curve: 'hold' as const } : action;
    const moves = movesBetween(this.#sounding, next, { frame, frames, curve });
    for (const move of moves) {
      const leaves = move.leaves.map((leaf) => ({ ...leaf, from: this.#takeLeaf(move.id, leaf, frame) }));
      const own = { ...move, leaves };
      for (const { prepared, origin } of this.#running) prepared.move(own, origin);
      this.#moves.push(own);
    }
    this.#sounding = next;
    return moves.length > 0;
  }

  /** Where a value stands at a frame, taken from the moves that had it so far. */
  #takeLeaf(id: string, { path, from }: Move['leaves'][number], frame: number): unknown {
    let value = from;
    for (const move of this.#moves) {
      for (const leaf of move.leaves) {
        if (move.id !== id || leaf.until <= frame || leaf.path.join() !== path.join()) continue;
        value = leafValue(move, leaf, frame);
        leaf.until = frame;
      }
    }
    return value;
  }

  /** Begins to change into a second graph, with all that waits for it. */
  #switch(target: PipelineDefinition | null, frame: number): void {
    const waiting = this.#waiting.splice(0);
    if (target === null) return;
    const asked = Math.max(...waiting.map((one) => one.frame));
    const fadeStart = frame === 0 && asked > 0 ? asked : Math.max(asked, frame + this.#primeFrames);
    this.#sounding = target;
    this.run.replace(() => this.#open(target, frame), fadeStart);
    for (const { action, unannounced } of waiting) {
      if (unannounced) this.#options.onChange?.({ frame: fadeStart, action });
    }
  }

  /** Prepares the second graph with all values where they stand, and takes it along on their ways. */
  #open(target: PipelineDefinition, origin: number) {
    const prepared = this.#prepare(
      this.#moves.reduce((definition, move) => standingAt(definition, move, origin), target),
      this.#options,
    );
    prepared.adopt(this.#newest);
    for (const move of this.#moves) prepared.move(move, origin);
    this.#running.push({ prepared, origin });
    return prepared.run;
  }
}

/** A pipeline with the values of a move where they are at a frame. */
function standingAt(definition: PipelineDefinition, move: Move, frame: number): PipelineDefinition {
  const standing = move.leaves.filter(({ until }) => until > frame);
  const entries = definition.entries.map((entry) => {
    if (entry.id !== move.id) return entry;
    const params = standing.reduce<unknown>(
      (changed, leaf) => withLeaf(changed, leaf.path, leafValue(move, leaf, frame)),
      entry.params,
    );
    return { ...entry, params: params as typeof entry.params };
  });
  return { ...definition, entries };
}

/** Prepares a checked pipeline for a format on a memory. Stages with something to load must have loaded it. */
export function preparePipeline(definition: PipelineDefinition, options: LiveOptions): LivePipeline {
  return new LivePipeline(definition, options);
}
