import { pipelineError, usageError } from '../audio/errors.ts';
import { type AudioFormat, sameFormat } from '../audio/format.ts';
import type { GuardReport } from '../dsp/guard.ts';
import type { Decided, Decision } from '../stages/controller.ts';
import type { Readings } from '../stages/define-stage.ts';
import { PRIME_SECONDS, SwitchingRun } from '../stages/switching-run.ts';
import { AnnouncedChanges, type Appointment } from './announced-changes.ts';
import { type Action, type Change, canGlide, checkEnds, needsTrial, sameControllers } from './change.ts';
import { CheckedActions } from './checked-actions.ts';
import { ControllersAtWork, changedEntries, undriven } from './controllers-at-work.ts';
import type { PipelineDefinition } from './definition.ts';
import { GraphsAtWork } from './graphs-at-work.ts';
import { checkBegun, definitionOf, type LiveSnapshot, restoreMoves, snapshotMoves } from './live-snapshot.ts';
import { movesBetween } from './move.ts';
import { MovesUnderWay } from './moves-under-way.ts';
import { PreparedPipeline, type PrepareOptions, type StageActivity } from './prepare-pipeline.ts';
import type { StageReading } from './relay.ts';
import { commonPeriod, formatsOut } from './segments.ts';
import { StreamClock } from './stream-clock.ts';

/** What a pipeline that can change is prepared for. */
export interface LiveOptions extends PrepareOptions {
  /** Changes at known frames. */
  readonly changes?: readonly Change[];
  /** Told of every change that came unannounced, with the frame of the output at which it is heard. */
  readonly onChange?: (change: Change) => void;
  /** Told of what the pipeline's controllers decide; what they move counts as come unannounced. */
  readonly onDecision?: ((decision: Decision) => void) | undefined;
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
  readonly #clock: StreamClock;
  readonly #primeFrames: number;
  readonly #announced: AnnouncedChanges;
  readonly #controllers: ControllersAtWork;
  /** What has come by wall clock since the last block. */
  #arrived: Action[] = [];
  #waiting: Waiting[] = [];
  /** What it is once everything asked for so far is done; what the newest graph is. */
  #definition: PipelineDefinition;
  #begun: PipelineDefinition;
  #sounding: PipelineDefinition;
  readonly #graphs: GraphsAtWork;
  readonly #moves = new MovesUnderWay();
  readonly #actions = new CheckedActions();

  constructor(definition: PipelineDefinition, options: LiveOptions) {
    const prepared = new PreparedPipeline(definition, options);
    const { outputFormats } = prepared.run;
    this.#options = options;
    this.#graphs = new GraphsAtWork(prepared, options);
    this.#outputFormats = outputFormats;
    const { sampleRate } = outputFormats[0];
    this.#clock = new StreamClock(options.format.sampleRate, sampleRate);
    this.#primeFrames = Math.round(PRIME_SECONDS * sampleRate);
    this.#announced = new AnnouncedChanges(definition, options.changes ?? [], {
      format: options.format,
      clock: this.#clock,
      primeFrames: this.#primeFrames,
      tryOut: (present, next) => this.#tryOut(present, next),
    });
    this.#controllers = new ControllersAtWork(options.format.sampleRate);
    this.#definition = definition;
    this.#begun = definition;
    this.#sounding = definition;
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
    return !this.run.changing && this.#waiting.length === 0 && this.#arrived.length === 0;
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
      begun: this.#begun.source,
      definition: this.#definition.source,
      sounding: this.#sounding.source,
      moves: snapshotMoves(this.#moves.all, prepared),
      kept: this.#announced.taken,
      controllers: this.#controllers.snapshot(),
    };
  }

  /** Goes on where the pipeline was of which the snapshot is: to be called on a new one with the same changes. */
  restore(snapshot: LiveSnapshot): void {
    const { kept, origin, trackStart } = snapshot;
    checkBegun(snapshot, this.#definition);
    const sounding = definitionOf(snapshot.sounding, this.#definition);
    this.#begun = definitionOf(snapshot.begun, this.#definition);
    this.#definition = definitionOf(snapshot.definition, this.#definition);
    const prepared = canGlide(this.#sounding, sounding) ? this.#newest : this.#graphs.prepare(sounding);
    prepared.restore(snapshot.graph);
    this.run.restore(snapshot.run, prepared.run);
    this.#clock.trackStart = trackStart;
    this.#sounding = sounding;
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
    const moved = this.#sounding;
    this.#moves.forgetBefore(framesOut);
    this.#definition = undriven(this.#definition, this.#begun);
    this.#sounding = undriven(moved, this.#begun);
    if (!this.run.changing) this.#graphs.leaveOld();
    this.#graphs.beginAnew(framesOut, this.#moves.all, changedEntries(moved, this.#sounding));
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
    checkEnds(this.#definition, definition);
    this.#arrive({ pipeline: definition });
  }

  get #newest(): PreparedPipeline {
    return this.#graphs.newest.prepared;
  }

  #arrive(action: Action): void {
    const next = this.#actions.after(this.#definition, action);
    // A stage may refuse this audio: the caller is told, and what plays plays on.
    if (needsTrial(this.#definition, next)) this.#tryOut(this.#definition, next);
    this.#definition = next;
    this.#arrived.push(action);
  }

  /** Refuses what this audio can't go through, and what would change the format of what comes out. */
  #tryOut(before: PipelineDefinition, next: PipelineDefinition): void {
    const given = formatsOut(next, this.#options.format);
    if (!given.every((format, n) => sameFormat(format, this.#outputFormats[n]))) {
      throw pipelineError('rate and channels of what comes out are fixed while audio runs');
    }
    if (!canGlide(before, next)) this.#graphs.tryOut(next);
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
    if (this.#waiting.length === 0 || this.run.changing) return next;
    const target = this.#actions.afterAll(
      this.#sounding,
      this.#waiting.map(({ action }) => action),
    );
    const period = target === null ? 1 : commonPeriod(target, this.#options.format);
    const origin = this.#clock.nextPeriod(frameIn, period);
    if (origin > frameIn) return Math.min(origin, next);
    this.#switch(target, frame);
    return next;
  }

  /** Lets controllers decide; a block always ends where one looks, so that it sees the same whatever the chunks. */
  #look(frameIn: number, frame: number): void {
    const decided = this.#controllers.look(frameIn, this.#sounding, this.#newest);
    this.#tell(decided, frame);
    for (const { stage, parameter, to } of decided) {
      if (stage === null) continue;
      const action: Action = { set: `${stage}.${parameter}`, to, frames: 0, curve: 'hold' };
      const { entries } = this.#definition;
      // What waits for its second graph may be without that entry.
      if (entries.some(({ id }) => id === stage))
        this.#definition = this.#actions.after(this.#definition, action);
      if (this.#glide(action, frame)) this.#options.onChange?.({ frame, action });
    }
  }

  #tell(decided: readonly Decided[], frame: number): void {
    for (const one of decided) this.#options.onDecision?.({ time: this.#clock.seconds(frame), ...one });
  }

  /** Gives what sounds now the controllers that it asks for. */
  #follow(): void {
    const { framesIn } = this.run;
    this.#tell(
      this.#controllers.follow(this.#sounding, this.#newest, framesIn),
      this.#clock.outputAt(framesIn),
    );
  }

  /** Does what was announced; what a change by wall clock has left no place for is passed over. */
  #keep({ frame, actions }: Appointment, now: number): void {
    const next = this.#actions.afterAll(this.#sounding, actions);
    if (next === null) return;
    this.#definition = actions.reduce((present, one) => this.#actions.after(present, one), this.#definition);
    if (canGlide(this.#sounding, next)) {
      for (const action of actions) this.#glide(action, Math.max(frame, now));
      return;
    }
    this.#waiting.push(...actions.map((action) => ({ action, frame, unannounced: false })));
  }

  #welcome(action: Action, now: number): void {
    const next = this.#actions.afterAll(this.#sounding, [action]);
    if (this.#waiting.length === 0 && next !== null && canGlide(this.#sounding, next)) {
      if (this.#glide(action, now)) this.#options.onChange?.({ frame: now, action });
      return;
    }
    this.#waiting.push({ action, frame: 0, unannounced: true });
  }

  /** Moves parameters, in every graph that is heard or about to be, and says whether there were any. */
  #glide(action: Action, frame: number): boolean {
    const next = this.#actions.after(this.#sounding, action);
    const { frames, curve } = 'pipeline' in action ? { frames: 0, curve: 'hold' as const } : action;
    const moves = movesBetween(this.#sounding, next, { frame, frames, curve });
    for (const move of moves) {
      const leaves = move.leaves.map((leaf) => ({
        ...leaf,
        from: this.#moves.takeLeaf(move.id, leaf, frame),
      }));
      const own = { ...move, leaves };
      this.#graphs.move(own);
      this.#moves.add(own);
    }
    const changes = moves.length > 0 || !sameControllers(this.#sounding, next);
    this.#sounding = next;
    this.#follow();
    return changes;
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
    const prepared = this.#graphs.prepare(this.#moves.standingAt(target, origin));
    prepared.adopt(this.#newest);
    for (const move of this.#moves.all) prepared.move(move, origin);
    this.#graphs.add(prepared, origin);
    this.#follow();
    return prepared.run;
  }
}

/** Prepares a checked pipeline for a format on a memory. Stages with something to load must have loaded it. */
export function preparePipeline(definition: PipelineDefinition, options: LiveOptions): LivePipeline {
  return new LivePipeline(definition, options);
}
