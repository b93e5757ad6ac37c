import type { Options } from 'yargs';
import type { ThreadCrew } from '../engine/threads/thread-crew.ts';

/** Arguments by name, as typed: not yet checked. */
export type Arguments = Readonly<Record<string, unknown>>;

/** Options of a command by name. */
export type CommandOptions = Readonly<Record<string, Options>>;

/** A command once it is loaded. */
export interface Command {
  /**
   * Words that may follow, in order: name and meaning. They come to `run` as arguments of that name; one that ends in
   * `...` takes all that are left, as a list, under its name without the dots.
   */
  readonly words: readonly (readonly [string, string])[];
  readonly options: CommandOptions;
  /** Command line and what it does. */
  readonly examples: readonly (readonly [string, string])[];
  /** Does the work and gives the exit code. `early` are threads that the words asked for, if they did. */
  readonly run: (args: Arguments, early: ThreadCrew | null) => Promise<number>;
}

/** Names that a command line may begin with; without one of them it runs a pipeline. */
export const COMMAND_NAMES = [
  'analyze',
  'batch',
  'check',
  'checkpoint',
  'demo',
  'doctor',
  'explain',
  'master',
  'normalize',
  'plan',
  'profile',
  'queue',
  'schema',
  'stages',
  'worker',
] as const;
