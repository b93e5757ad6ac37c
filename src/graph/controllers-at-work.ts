import type { Controller, Decided, Decision, Standing } from '../stages/controller.ts';
import { after, controllerText } from './change.ts';
import type { PipelineController, PipelineDefinition, PipelineEntry } from './definition.ts';
import type { PreparedPipeline } from './prepare-pipeline.ts';
import type { StreamClock } from './stream-clock.ts';

/** A controller and the frame of the input at which it looks next. */
interface Seat {
  readonly at: PipelineController;
  readonly text: string;
  readonly controller: Controller;
  readonly intervalFrames: number;
  next: number;
}

/** Where the parameters of an entry stand. */
type ParamsOf = (id: string) => PipelineEntry['params'];

/** Where a controller stands: the frame of the input at which it looks next, and what it gave. */
export interface SeatSnapshot {
  readonly next: number;
  readonly state: unknown;
}

/**
 * The controllers of a pipeline, each looking at frames that lie its interval apart. What they decide is by the ids of
 * entries here, and by roles in them.
 */
export class ControllersAtWork {
  readonly #sampleRate: number;
  readonly #clock: StreamClock;
  readonly #onDecision: ((decision: Decision) => void) | undefined;
  #seats: readonly Seat[] = [];

  /** `sampleRate` is that of the input. */
  constructor(
    sampleRate: number,
    clock: StreamClock,
    onDecision: ((decision: Decision) => void) | undefined,
  ) {
    this.#sampleRate = sampleRate;
    this.#clock = clock;
    this.#onDecision = onDecision;
  }

  /** Frame of the input at which one looks next. */
  get next(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const seat of this.#seats) next = Math.min(next, seat.next);
    return next;
  }

  /**
   * Follows a pipeline from a frame of the input on: controllers that it keeps go on, others begin, and what those decide
   * before they have heard anything is told.
   */
  follow(definition: PipelineDefinition, prepared: PreparedPipeline, frameIn: number): void {
    this.#tell(this.#seat(definition, prepared, frameIn), frameIn);
  }

  #seat(definition: PipelineDefinition, prepared: PreparedPipeline, frameIn: number): readonly Decided[] {
    const { controllers } = definition;
    const before = this.#seats;
    // After a move they are the same objects; after a change of the file there may be one like another.
    if (controllers.length === before.length && before.every(({ at }, n) => at === controllers[n])) return [];
    const told: Decided[] = [];
    const paramsOf: ParamsOf = (id) => definition.entries.find((entry) => entry.id === id)!.params;
    this.#seats = controllers.map((at) => {
      const same = before.find((seat) => seat.at === at);
      if (same) return same;
      const text = controllerText(at);
      const kept = before.find((seat) => seat.text === text);
      if (kept) return kept;
      const [heard] = Object.values(at.hears);
      const { format } = prepared.entries.find(({ id }) => id === heard)!;
      const controller = at.definition.prepare(format, at.params);
      told.push(...controller.first(standing(at, paramsOf)).map((one) => named(one, at)));
      const intervalFrames = Math.max(1, Math.round(at.definition.interval * this.#sampleRate));
      return { at, text, controller, intervalFrames, next: frameIn + intervalFrames };
    });
    return told;
  }

  snapshot(): readonly SeatSnapshot[] {
    return this.#seats.map(({ next, controller }) => ({ next, state: controller.snapshot() }));
  }

  /** Goes on where others stood, with the pipeline that they had come to. */
  restore(seats: readonly SeatSnapshot[], definition: PipelineDefinition, prepared: PreparedPipeline): void {
    this.clear();
    this.#seat(definition, prepared, 0);
    for (const [n, { next, state }] of seats.entries()) {
      this.#seats[n].next = next;
      this.#seats[n].controller.restore(state);
    }
  }

  /** Lets all begin anew. */
  clear(): void {
    this.#seats = [];
  }

  /** What those decide whose turn it is at a frame of the input. */
  look(frameIn: number, paramsOf: ParamsOf, prepared: PreparedPipeline): readonly Decided[] {
    const decided: Decided[] = [];
    for (const seat of this.#seats) {
      if (seat.next > frameIn) continue;
      seat.next = frameIn + seat.intervalFrames;
      const { at, controller } = seat;
      const meters = (role: string) => prepared.glanceAt(at.hears[role] ?? at.drives[role]);
      for (const one of controller.step(meters, standing(at, paramsOf))) decided.push(named(one, at));
    }
    this.#tell(decided, frameIn);
    return decided;
  }

  #tell(decided: readonly Decided[], frameIn: number): void {
    if (decided.length === 0) return;
    const time = this.#clock.seconds(this.#clock.outputAt(frameIn));
    for (const one of decided) this.#onDecision?.({ time, ...one });
  }
}

/** Where the parameters of what a controller drives stand, by role. */
function standing({ drives }: PipelineController, paramsOf: ParamsOf): Standing {
  const standing: Record<string, Standing[string]> = {};
  for (const role of Object.keys(drives)) standing[role] = paramsOf(drives[role]);
  return standing;
}

/** A decision by the id of an entry instead of its role. */
const named = (decided: Decided, { drives }: PipelineController): Decided =>
  decided.stage === null ? decided : { ...decided, stage: drives[decided.stage] };

/** A pipeline with the values that its controllers have moved as they were in another one. */
export function undriven(definition: PipelineDefinition, begun: PipelineDefinition): PipelineDefinition {
  const driven = definition.controllers.flatMap(({ definition: kind, drives }) =>
    Object.entries(drives).flatMap(([role, id]) => kind.drives[role].moves.map((name) => ({ id, name }))),
  );
  return driven.reduce((present, { id, name }) => {
    const [now, then] = [present, begun].map(({ entries }) => entries.find((entry) => entry.id === id));
    if (now === undefined || then?.definition !== now.definition) return present;
    const to = then.params[name];
    if (JSON.stringify(now.params[name]) === JSON.stringify(to)) return present;
    return after(present, { set: `${id}.${name}`, to, frames: 0, curve: 'hold' });
  }, definition);
}

/** Entries of a pipeline whose parameters are others than in another one. */
export function changedEntries(
  before: PipelineDefinition,
  now: PipelineDefinition,
): readonly PipelineEntry[] {
  return now.entries.filter(({ id, params }) => {
    const old = before.entries.find((entry) => entry.id === id);
    return JSON.stringify(old?.params) !== JSON.stringify(params);
  });
}
