import { AuralisError, pipelineError, usageError } from '../audio/errors.ts';
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
  checkEnds,
  needsTrial,
} from './change.ts';
import type { PipelineDefinition, PipelineSource } from './definition.ts';
import { checkBegun, definitionOf, type LiveSnapshot, restoreMoves, snapshotMoves } from './live-snapshot.ts';
import { movesBetween } from './move.ts';
import { MovesUnderWay } from './moves-under-way.ts';
import { PreparedPipeline, type PrepareOptions, type StageReading } from './prepare-pipeline.ts';
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
  /** Frames of the input and the output at which the stages began anew. */
  #trackStart = { in: 0, out: 0 };
  /** Frame at which the controller looks next. */
  #nextLook: number;
  /** What has come by wall clock since the last block. */
  #arrived: Action[] = [];
  #waiting: Waiting[] = [];
  /** What it is once everything asked for so far is done; what the newest graph is. */
  #definition: PipelineDefinition;
  #begun: PipelineSource;
  #sounding: PipelineDefinition;
  /** The newest last; two while one is faded into the other. */
  #running: Running[];
  readonly #moves = new MovesUnderWay();

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
    this.#begun = definition.source;
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

  /** Whether no change waits or is under way but moves of parameters, so that a snapshot can be taken. */
  get settled(): boolean {
    return !this.run.changing && this.#waiting.length === 0 && this.#arrived.length === 0;
  }

  /**
   * The whole state, after `settled` was seen to hold; in the arrays of an earlier snapshot, which is worth nothing then,
   * where one is given.
   */
  snapshot(into?: LiveSnapshot): LiveSnapshot {
    const { controller } = this.#options;
    if (!this.settled)
      throw usageError('a change of the pipeline is under way, take the snapshot when it is over');
    if (controller && !controller.snapshot) throw usageError('the state of this controller can not be taken');
    const { prepared, origin } = this.#running[this.#running.length - 1];
    return {
      graph: prepared.snapshot(into?.graph),
      run: this.run.snapshot(),
      origin,
      trackStart: this.#trackStart,
      begun: this.#begun,
      definition: this.#definition.source,
      sounding: this.#sounding.source,
      moves: snapshotMoves(this.#moves.all, prepared),
      kept: this.#kept,
      nextLook: this.#nextLook,
      controller: controller?.snapshot?.(),
    };
  }

  /**
   * Goes on where the pipeline was of which the snapshot is: to be called on a new one with the same changes and a
   * controller of the same make.
   */
  restore(snapshot: LiveSnapshot): void {
    const { begun, kept, nextLook, origin, trackStart } = snapshot;
    checkBegun(snapshot, this.#definition);
    const sounding = definitionOf(snapshot.sounding, this.#definition);
    this.#definition = definitionOf(snapshot.definition, this.#definition);
    const prepared = canGlide(this.#sounding, sounding) ? this.#newest : this.#prepare(sounding);
    prepared.restore(snapshot.graph);
    this.run.restore(snapshot.run, prepared.run);
    this.#trackStart = trackStart;
    this.#begun = begun;
    this.#sounding = sounding;
    this.#running = [{ prepared, origin }];
    for (const move of restoreMoves(snapshot.moves, prepared, origin)) this.#moves.add(move);
    this.#kept = kept;
    this.#nextLook = nextLook;
    this.#options.controller?.restore?.(snapshot.controller);
  }

  /**
   * Begins anew with the next frame, behind `run.flush`: the stages as newly prepared, with the parameters that they have
   * come to. The clock and what is announced on it go on.
   */
  beginAnew(): void {
    const { framesIn, framesOut } = this.run;
    this.#trackStart = { in: framesIn, out: framesOut };
    this.run.beginAnew();
    if (!this.run.changing) this.#running = this.#running.slice(-1);
    this.#running = this.#running.map(({ prepared }) => ({ prepared, origin: framesOut }));
    for (const { prepared, origin } of this.#running) {
      prepared.reset();
      for (const move of this.#moves.all) prepared.move(move, origin);
    }
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
    this.#prepare(definition);
  }

  /** Prepares a pipeline on a memory of its own. */
  #prepare(definition: PipelineDefinition): PreparedPipeline {
    return onKernelMemory(
      this.#options.memory.backend,
      (memory) => new PreparedPipeline(definition, { ...this.#options, memory }),
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
    const own = frameIn - this.#trackStart.in;
    const frame =
      this.#trackStart.out + Math.ceil((own * this.#outputRate) / this.#options.format.sampleRate);
    if (!this.run.changing) this.#running = this.#running.slice(-1);
    this.#moves.forgetBefore(frame);
    while (this.#nextBegin <= frameIn) this.#keep(this.#appointments[this.#kept++], frame);
    if (this.#nextLook <= frameIn) this.#look(this.#options.controller!, frameIn, frame);
    for (const action of this.#arrived.splice(0)) this.#welcome(action, frame);
    const next = Math.min(this.#nextBegin, this.#nextLook);
    if (this.#waiting.length === 0 || this.run.changing) return next;
    const target = this.#after(this.#waiting.map(({ action }) => action));
    const period = target === null ? 1 : commonPeriod(target, this.#options.format);
    const origin = this.#trackStart.in + Math.ceil(own / period) * period;
    if (origin > frameIn) return Math.min(origin, next);
    this.#switch(target, frame);
    return next;
  }

  /** Lets the controller decide; a block always ends where it looks, so that it sees the same whatever the chunks. */
  #look(controller: Controller, frameIn: number, frame: number): void {
    this.#nextLook = frameIn + controller.intervalFrames;
    for (const { set, to } of controller.step(this.meters(), frame)) this.set(set, to);
  }

  /** Where the rate changes, each track is rounded up to a frame of the output: what is announced comes that much earlier. */
  get #nextBegin(): number {
    const { sampleRate } = this.#options.format;
    const ahead = Math.ceil((this.#trackStart.out * sampleRate) / this.#outputRate) - this.#trackStart.in;
    return (this.#appointments[this.#kept]?.begins ?? Number.POSITIVE_INFINITY) - ahead;
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
      const leaves = move.leaves.map((leaf) => ({
        ...leaf,
        from: this.#moves.takeLeaf(move.id, leaf, frame),
      }));
      const own = { ...move, leaves };
      for (const { prepared, origin } of this.#running) prepared.move(own, origin);
      this.#moves.add(own);
    }
    this.#sounding = next;
    return moves.length > 0;
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
    const prepared = this.#prepare(this.#moves.standingAt(target, origin));
    prepared.adopt(this.#newest);
    for (const move of this.#moves.all) prepared.move(move, origin);
    this.#running.push({ prepared, origin });
    return prepared.run;
  }
}

/** Prepares a checked pipeline for a format on a memory. Stages with something to load must have loaded it. */
export function preparePipeline(definition: PipelineDefinition, options: LiveOptions): LivePipeline {
  return new LivePipeline(definition, options);
}
