import type { Planar } from '../audio/block.ts';
import type { Readings, StageSnapshot } from '../stages/define-stage.ts';
import type { PipelineDefinition, PipelineEntry } from './definition.ts';
import type { Move } from './move.ts';

/** A reading of one stage's interval. */
export interface StageReading {
  readonly id: string;
  readonly reading: Readings;
}

/**
 * Others who process the nodes of a pipeline from one on. What is told to them takes effect between the frames that have
 * been handed over and those to come, as if the nodes were here.
 */
export interface Relay {
  /** The first node that is not processed here. */
  readonly from: number;
  /** Frames by which what comes back is behind what is handed over. */
  readonly delay: number;
  /** Hands over what stands in the wires before `from` and puts into those of the outputs what has come back. */
  process(frames: number): void;
  /** Says that the programme has ended after so many frames. */
  end(framesIn: number): void;
  move(move: Move, origin: number): void;
  /** Gives stages the states of others of their kind. */
  take(states: Readonly<Record<string, StageSnapshot>>): void;
  /** Begins anew, with the present parameters but for those of `changed`. */
  reset(changed: readonly PipelineEntry[]): void;
  /** Of the stages from `from` on, by id. */
  states(): Readonly<Record<string, StageSnapshot>>;
  meters(): Readonly<Record<string, Readings>>;
  takeReadings(): readonly StageReading[];
  close(): Promise<void>;
}

/** A pipeline that is being prepared, whose nodes may be shared out. */
export interface Shared {
  readonly definition: PipelineDefinition;
  /** Arrays that nodes before `cut`, or the inputs, write and that others from there on, or the outputs, read; each once. */
  crossing(cut: number): Planar;
}

/** Finds others for the nodes of a pipeline; null when there is nothing to share out. */
export type FindRelay = (pipeline: Shared) => Relay | null;
