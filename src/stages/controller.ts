import type { Readings } from './define-stage.ts';

/** A value for one parameter, named `id.parameter`. */
export interface ControllerMove {
  readonly set: string;
  readonly to: unknown;
}

/**
 * Looks at what stages have measured, at fixed frames of the stream, and moves parameters. What it decides may depend on
 * the readings it was given and on nothing else, so that it decides the same however the stream is cut.
 */
export interface Controller {
  /** Frames from one look to the next; the first look is after as many. */
  readonly intervalFrames: number;
  /** What to set from `frame` of the output on, given the meters of all stages by id. */
  step(meters: Readonly<Record<string, Readings>>, frame: number): readonly ControllerMove[];
}
