import type { Options, PositionalOptions } from 'yargs';

/** Arguments by name, as typed: not yet checked. */
export type Arguments = Readonly<Record<string, unknown>>;

/** A command once it is loaded. */
export interface Command {
  /** Positional arguments in order, by name. */
  readonly positionals: Readonly<Record<string, PositionalOptions>>;
  readonly options: Readonly<Record<string, Options>>;
  /** Command line and what it does. */
  readonly examples: readonly (readonly [string, string])[];
  /** Does the work and gives the exit code. */
  readonly run: (args: Arguments) => Promise<number>;
}

/** What is known of a command before it is loaded. */
export interface CommandEntry {
  /** Name and positionals as yargs writes them; `$0` is the one that runs without a name. */
  readonly usage: string;
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** Every command; each is loaded only when it is called. */
export const commands: readonly CommandEntry[] = [
  {
    usage: '$0 [pipeline] [in] [out]',
    summary: 'send audio through a pipeline',
    load: async () => (await import('./run-command.ts')).runCommand,
  },
  {
    usage: 'stages [name]',
    summary: 'list the stages, or the parameters of one',
    load: async () => (await import('./stages-command.ts')).stagesCommand,
  },
  {
    usage: 'schema',
    summary: 'print the JSON Schema of pipeline files',
    load: async () => (await import('./schema-command.ts')).schemaCommand,
  },
  {
    usage: 'demo',
    summary: 'write a synthetic piece of music to stdout as WAV',
    load: async () => (await import('./demo-command.ts')).demoCommand,
  },
  {
    usage: 'doctor',
    summary: 'say what runs here and how fast',
    load: async () => (await import('./doctor-command.ts')).doctorCommand,
  },
];

/** Names that a command line may begin with. */
export const commandNames: readonly string[] = commands
  .map(({ usage }) => usage.split(' ')[0])
  .filter((name) => name !== '$0');
