import type * as z from 'zod';
import type { AudioFormat } from '../audio/format.ts';
import type { Readings } from './define-stage.ts';

/** One move of one parameter, or that nothing moves, and what it rests on. */
export interface Decided {
  /** Name of the rule that said so. */
  readonly rule: string;
  /** What is moved; null for a rule that leaves everything as it is. */
  readonly stage: string | null;
  readonly parameter: string | null;
  readonly from: unknown;
  readonly to: unknown;
  /** Figures that the rule looked at. */
  readonly measured: Readonly<Record<string, number | string | null>>;
  /** Why, in words. */
  readonly because: string;
}

/** What was decided at a time of the stream: a line of the decision log. */
export interface Decision extends Decided {
  /** Seconds of the output from which on it is heard. */
  readonly time: number;
}

/** Where the parameters of the stages that are driven stand, by role. */
export type Standing = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/**
 * Looks at what stages have measured, at fixed frames of the stream, and moves parameters of others. What it decides may
 * depend on the readings and values it was given and on nothing else, so that it decides the same however the stream is
 * cut. Stages go by the names of their roles.
 */
export interface Controller {
  /** What there is to say before anything is heard; nothing of it moves. */
  first(standing: Standing): readonly Decided[];
  /** What to move now. `meters` gives the `glance` of the stage of a role, null where the pipeline has none. */
  step(meters: (role: string) => Readings | null, standing: Standing): readonly Decided[];
  /** All that its next decisions depend on, as plain data. */
  snapshot(): unknown;
  /** Goes on from what `snapshot` gave on a controller of the same make. */
  restore(snapshot: unknown): void;
}

/** A stage that a controller listens to. */
export interface HeardRole {
  /** Name of the stage. */
  readonly stage: string;
  readonly doc: string;
  /** Whether a pipeline can do without. @default false */
  readonly optional?: boolean;
  /** Values that the stage must have. */
  readonly needs?: Readonly<Record<string, unknown>>;
}

/** A stage that a controller moves; a pipeline may do without any of them, but not without all. */
export interface DrivenRole {
  readonly stage: string;
  readonly doc: string;
  /** The parameters that it moves. */
  readonly moves: readonly string[];
}

/** A kind of controller: the single source of its parameters, of what it hears and of what it drives. */
export interface ControllerDefinition<S extends z.ZodObject = z.ZodObject> {
  readonly name: string;
  /** One line for lists. */
  readonly summary: string;
  readonly params: S;
  /** Seconds of the stream from one look to the next; the first look is after as many. */
  readonly interval: number;
  readonly hears: Readonly<Record<string, HeardRole>>;
  readonly drives: Readonly<Record<string, DrivenRole>>;
  /** By role, what its stages are set to from the start where the pipeline file says nothing. */
  readonly settings: (params: z.output<S>) => Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** `format` is that of the first stage which it hears. */
  readonly prepare: (format: AudioFormat, params: z.output<S>) => Controller;
}

/** A definition with whatever parameters. */
// biome-ignore lint/suspicious/noExplicitAny: parameters are checked by the definition's own schema
export type AnyController = ControllerDefinition<any>;
