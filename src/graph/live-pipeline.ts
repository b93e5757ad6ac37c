import { usageError } from '../audio/errors.ts';
import type { GuardReport } from '../dsp/levels/guard.ts';
import type { Decision } from '../stages/controller.ts';
import type { Readings } from '../stages/define-stage.ts';
import { PRIME_SECONDS, SwitchingRun } from '../stages/switching-run.ts';
import { AnnouncedChanges, type Appointment } from './announced-changes.ts';
import { type Action, type Change, canGlide, checkEnds, needsTrial, sameControllers } from './change.ts';
import { CheckedActions } from './checked-actions.ts';
import { ControllersAtWork } from './controllers-at-work.ts';
import type { PipelineDefinition } from './definition.ts';
import { GraphsAtWork } from './graphs-at-work.ts';
import { type LiveSnapshot, restoreMoves, snapshotMoves } from './live-snapshot.ts';
import { madeAs, makesOf, sameMakes } from './make.ts';
import { type Move, movesBetween } from './move.ts';
import { MovesUnderWay } from './moves-under-way.ts';
import { PipelineVersions } from './pipeline-versions.ts';
import { PreparedPipeline, type PrepareOptions, type StageActivity } from './prepare-pipeline.ts';
import type { StageReading } from './relay.ts';
import { commonPeriod } from './segments.ts';
import { StreamClock } from './stream-clock.ts';
import type { TransparentFrom } from './transparent.ts';
import { WaitingChanges } from './waiting-changes.ts';

/** What a pipeline that can change is prepared for. */
export interface LiveOptions extends PrepareOptions {
  /** Changes at known frames. */
  readonly changes?: readonly Change[];
  /** Told of every change that came unannounced, with the frame of the output at which it is heard. */
  readonly onChange?: (change: Change) => void;
  /** Told of what the pipeline's controllers decide; what they move counts as come unannounced. */
  readonly onDecision?: ((decision: Decision) => void) | undefined;
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
  readonly #clock: StreamClock;
  readonly #primeFrames: number;
  readonly #announced: AnnouncedChanges;
  readonly #controllers: ControllersAtWork;
  /** What has come by wall clock since the last block. */
  #arrived: Action[] = [];
  readonly #waiting = new WaitingChanges();
  readonly #versions: PipelineVersions;
  readonly #graphs: GraphsAtWork;
  readonly #moves = new MovesUnderWay();
  readonly #actions = new CheckedActions();

  constructor(definition: PipelineDefinition, options: LiveOptions) {
    const prepared = new PreparedPipeline(definition, options);
    const { sampleRate } = prepared.run.outputFormat;
    this.#options = options;
    this.#graphs = new GraphsAtWork(prepared, options);
    this.#clock = new StreamClock(options.format.sampleRate, sampleRate);
    this.#primeFrames = Math.round(PRIME_SECONDS * sampleRate);
    this.#announced = new AnnouncedChanges(definition, options.changes ?? [], {
      format: options.format,
      clock: this.#clock,
      primeFrames: this.#primeFrames,
      tryOut: (present, next) => this.#graphs.tryOut(present, next),
    });
    this.#controllers = new ControllersAtWork(options.format.sampleRate, this.#clock, options.onDecision);
    this.#versions = new PipelineVersions(definition);
    this.run = new SwitchingRun(prepared.run, options.memory, (frame) => this.#advance(frame));
  }

  /** What it is once all that was asked for so far is done. */
  get definition(): PipelineDefinition {
    return this.#versions.asked;
  }

  /** Frames from the input to the output, before alignment, at the rate of the input. */
  get latency(): number {
    return this.#newest.latency;
  }

  /** What the guard has replaced, or null when no stage needs one. */
  get guard(): GuardReport | null {
    return this.#newest.guard;
  }

  /** Which outputs are transparent from which frame on, in the order of the frames: another list when that changes. */
  get transparency(): readonly TransparentFrom[] {
    return this.#graphs.transparency;
  }

  /** Frame of the output that belongs to the next one of the input. */
  get frame(): number {
    return this.#clock.outputAt(this.run.framesIn);
  }

  /** What every stage has measured, by id. */
  meters(): Readonly<Record<string, Readings>> {
    return this.#newest.meters();
  }

  /** What every entry is doing. */
  takeActivity(): readonly StageActivity[] {
    return this.#newest.takeActivity();
  }

  /** Readings of intervals that closed since the last call. */
  takeReadings(): readonly StageReading[] {
    return this.#newest.takeReadings();
  }

  /** Whether no change waits or is under way but moves of parameters, so that a snapshot can be taken. */
  get settled(): boolean {
    return !this.run.changing && this.#waiting.empty && this.#arrived.length === 0;
  }

  /**
   * The whole state, after `settled` was seen to hold; in the arrays of an earlier snapshot, which is worth nothing then,
   * where one is given.
   */
  snapshot(into?: LiveSnapshot): LiveSnapshot {
    if (!this.settled)
      throw usageError('a change of the pipeline is under way, take the snapshot when it is over');
    const { prepared, origin } = this.#graphs.newest;
    return {
      graph: prepared.snapshot(into?.graph),
      run: this.run.snapshot(),
      origin,
      trackStart: this.#clock.trackStart,
      ...this.#versions.snapshot(),
      moves: snapshotMoves(this.#moves.all, prepared),
      kept: this.#announced.taken,
      controllers: this.#controllers.snapshot(),
    };
  }

  /** Goes on where the pipeline was of which the snapshot is: to be called on a new one with the same changes. */
  restore(snapshot: LiveSnapshot): void {
    const { kept, origin, trackStart } = snapshot;
    const before = this.#versions.sounding;
    this.#versions.restore(snapshot);
    const { sounding } = this.#versions;
    const { makes } = snapshot.graph;
    const fits = canGlide(before, sounding) && sameMakes(makesOf(this.#newest.definition), makes);
    const prepared = fits ? this.#newest : this.#graphs.prepare(madeAs(sounding, makes));
    prepared.restore(snapshot.graph);
    this.run.restore(snapshot.run, prepared.run);
    this.#clock.trackStart = trackStart;
    this.#graphs.become(prepared, origin);
    for (const move of restoreMoves(snapshot.moves, prepared, origin)) this.#moves.add(move);
    this.#announced.taken = kept;
    this.#controllers.restore(snapshot.controllers, sounding, prepared);
  }

  /**
   * Begins anew with the next frame, behind `run.flush`: the stages as newly prepared, with the parameters that they have
   * come to, but for those that controllers moved, which begin anew as well. The clock and what is announced on it go on.
   */
  beginAnew(): void {
    const { framesIn, framesOut } = this.run;
    this.#clock.trackStart = { in: framesIn, out: framesOut };
    this.run.beginAnew();
    this.#moves.forgetBefore(framesOut);
    if (!this.run.changing) this.#graphs.leaveOld();
    this.#graphs.beginAnew(framesOut, this.#moves.all, this.#versions.beginAnew());
    this.#controllers.clear();
    this.#follow();
  }

  /** Lets go of those who process some of the nodes. */
  close(): Promise<void> {
    return this.#graphs.close();
  }

  /** Changes one parameter, named `id.parameter` or deeper, as in `eq.bands[0].gain`. */
  set(name: string, value: unknown): void {
    this.#arrive({ set: name, to: value, frames: 0, curve: 'hold' });
  }

  /** Becomes another pipeline: a no-op, bit for bit, for what is the same. */
  replace(definition: PipelineDefinition): void {
    checkEnds(this.#versions.asked, definition);
    this.#arrive({ pipeline: definition });
  }

  get #newest(): PreparedPipeline {
    return this.#graphs.newest.prepared;
  }

  #arrive(action: Action): void {
    const { asked } = this.#versions;
    const next = this.#actions.after(asked, action);
    // A stage may refuse this audio: the caller is told, and what plays plays on.
    if (needsTrial(asked, next)) this.#graphs.tryOut(asked, next);
    this.#versions.asked = next;
    this.#arrived.push(action);
  }

  /** Does what is due at a frame of the input and gives the frame at which there is more to do. */
  #advance(frameIn: number): number {
    const frame = this.#clock.outputAt(frameIn);
    if (!this.run.changing) this.#graphs.leaveOld();
    this.#moves.forgetBefore(frame);
    if (frameIn === 0) this.#follow();
    // Before anything else changes, so that what is replayed finds the controllers where they were.
    if (this.#controllers.next <= frameIn) this.#look(frameIn, frame);
    while (this.#announced.next <= frameIn) this.#keep(this.#announced.take(), frame);
    if (this.#arrived.length > 0) for (const action of this.#arrived.splice(0)) this.#welcome(action, frame);
    const next = Math.min(this.#announced.next, this.#controllers.next);
    if (this.#waiting.empty || this.run.changing) return next;
    const target = this.#waiting.after(this.#versions.sounding, this.#actions);
    const period = target === null ? 1 : commonPeriod(target, this.#options.format);
    const origin = this.#clock.nextPeriod(frameIn, period);
    if (origin > frameIn) return Math.min(origin, next);
    this.#switch(target, frame);
    return next;
  }

  /** Lets controllers decide; a block always ends where one looks, so that it sees the same whatever the chunks. */
  #look(frameIn: number, frame: number): void {
    const paramsOf = (id: string) => this.#versions.paramsOf(id);
    for (const { stage, parameter, to } of this.#controllers.look(frameIn, paramsOf, this.#newest)) {
      if (stage === null || parameter === null) continue;
      const action: Action = { set: `${stage}.${parameter}`, to, frames: 0, curve: 'hold' };
      const moved = this.#moveNumber(stage, parameter, to, frame) ?? this.#set(stage, action, frame);
      if (moved) this.#options.onChange?.({ frame, action });
    }
  }

  /** Moves a number of what sounds, and says whether it is another; null where more has to be looked at. */
  #moveNumber(id: string, parameter: string, to: unknown, frame: number): boolean | null {
    const before = typeof to === 'number' ? this.#versions.move(id, parameter, to) : null;
    if (before === null) return null;
    const from = before[parameter];
    if (Object.is(from, to)) return false;
    const leaves = [{ path: [parameter], from, to, until: Number.POSITIVE_INFINITY }];
    this.#begin({ id, leaves, frame, frames: 0, curve: 'hold' });
    return true;
  }

  /** Sets a parameter of what sounds, and of what is asked for, as a controller decided. */
  #set(id: string, action: Action, frame: number): boolean {
    const { asked } = this.#versions;
    // What waits for its second graph may be without that entry.
    if (asked.entries.some((entry) => entry.id === id))
      this.#versions.asked = this.#actions.after(asked, action);
    return this.#glide(action, frame);
  }

  /** Gives what sounds now the controllers that it asks for. */
  #follow(): void {
    this.#controllers.follow(this.#versions.sounding, this.#newest, this.run.framesIn);
  }

  /** Does what was announced; what a change by wall clock has left no place for is passed over. */
  #keep({ frame, actions }: Appointment, now: number): void {
    const { asked, sounding } = this.#versions;
    const next = this.#actions.afterAll(sounding, actions);
    if (next === null) return;
    this.#versions.asked = actions.reduce((present, one) => this.#actions.after(present, one), asked);
    if (canGlide(sounding, next)) {
      for (const action of actions) this.#glide(action, Math.max(frame, now));
      return;
    }
    this.#waiting.announced(actions, frame);
  }

  #welcome(action: Action, now: number): void {
    const { sounding } = this.#versions;
    const next = this.#actions.afterAll(sounding, [action]);
    if (this.#waiting.empty && next !== null && canGlide(sounding, next)) {
      if (this.#glide(action, now)) this.#options.onChange?.({ frame: now, action });
      return;
    }
    this.#waiting.arrived(action);
  }

  /** Moves parameters, in every graph that is heard or about to be, and says whether there were any. */
  #glide(action: Action, frame: number): boolean {
    const { sounding } = this.#versions;
    const next = this.#actions.after(sounding, action);
    const { frames, curve } = 'pipeline' in action ? { frames: 0, curve: 'hold' as const } : action;
    const moves = movesBetween(sounding, next, { frame, frames, curve });
    for (const move of moves) this.#begin(move);
    const changes = moves.length > 0 || !sameControllers(sounding, next);
    this.#versions.sounding = next;
    this.#follow();
    return changes;
  }

  /** Begins a move, in every graph that is heard or about to be. */
  #begin(move: Move): void {
    this.#graphs.move(this.#moves.begin(move));
  }

  /** Begins to change into a second graph, with all that waits for it. */
  #switch(target: PipelineDefinition | null, frame: number): void {
    const { asked } = this.#waiting;
    const unannounced = this.#waiting.take();
    if (target === null) return;
    const fadeStart = frame === 0 && asked > 0 ? asked : Math.max(asked, frame + this.#primeFrames);
    this.#versions.sounding = target;
    this.run.replace(() => this.#open(target, frame, fadeStart), fadeStart);
    for (const action of unannounced) this.#options.onChange?.({ frame: fadeStart, action });
  }

  /** Opens the second graph with all values where they stand. */
  #open(target: PipelineDefinition, origin: number, fadeStart: number) {
    const fade = { start: fadeStart, end: fadeStart + this.run.fadeFrames };
    const standing = this.#moves.standingAt(target, origin);
    const prepared = this.#graphs.open(standing, origin, fade, this.#moves.all);
    this.#follow();
    return prepared.run;
  }
}

/** Prepares a checked pipeline for a format on a memory. Stages with something to load must have loaded it. */
export function preparePipeline(definition: PipelineDefinition, options: LiveOptions): LivePipeline {
  return new LivePipeline(definition, options);
}
