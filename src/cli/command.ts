import type { Options } from 'yargs';

/** Arguments by name, as typed: not yet checked. */
export type Arguments = Readonly<Record<string, unknown>>;

/** A command once it is loaded. */
export interface Command {
  /** Words that may follow, in order: name and meaning. They come to `run` as arguments of that name. */
  readonly words: readonly (readonly [string, string])[];
  readonly options: Readonly<Record<string, Options>>;
  /** Command line and what it does. */
  readonly examples: readonly (readonly [string, string])[];
  /** Does the work and gives the exit code. */
  readonly run: (args: Arguments) => Promise<number>;
}

/** What is known of a command before it is loaded. */
export interface CommandEntry {
  /** `$0` is the one that runs without a name. */
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** Every command; each is loaded only when it is called. */
export const commands: readonly CommandEntry[] = [
  {
    name: '$0',
    summary: 'send audio through a pipeline: WAV in, mastered WAV out',
    load: async () => (await import('./run-command.ts')).runCommand,
  },
  {
    name: 'stages',
    summary: 'list the stages, or the parameters of one',
    load: async () => (await import('./stages-command.ts')).stagesCommand,
  },
  {
    name: 'schema',
    summary: 'print the JSON Schema of pipeline files',
    load: async () => (await import('./schema-command.ts')).schemaCommand,
  },
  {
    name: 'demo',
    summary: 'write a synthetic piece of music to stdout as WAV',
    load: async () => (await import('./demo-command.ts')).demoCommand,
  },
  {
    name: 'doctor',
    summary: 'say what runs here and how fast',
    load: async () => (await import('./doctor-command.ts')).doctorCommand,
  },
];

/** Names that a command line may begin with. */
export const commandNames: readonly string[] = commands
  .map(({ name }) => name)
  .filter((name) => name !== '$0');
