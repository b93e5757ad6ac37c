import type { COMMAND_NAMES, Command } from './command.ts';

/** What yargs calls the command that runs without a name. */
export const DEFAULT_COMMAND = '$0';

/** What is known of a command before it is loaded. */
export interface CommandEntry {
  readonly name: (typeof COMMAND_NAMES)[number] | typeof DEFAULT_COMMAND;
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** Every command; each is loaded only when it is called. */
export const commands: readonly CommandEntry[] = [
  {
    name: DEFAULT_COMMAND,
    summary: 'send audio through a pipeline: WAV in, mastered WAV out',
    load: async () => (await import('./run-command.ts')).runCommand,
  },
  {
    name: 'analyze',
    summary: 'measure loudness, true peak, levels and spectrum; judge them against a target',
    load: async () => (await import('./analyze-command.ts')).analyzeCommand,
  },
  {
    name: 'master',
    summary: 'listen to audio, decide how to master it, and say why',
    load: async () => (await import('./master-command.ts')).masterCommand,
  },
  {
    name: 'explain',
    summary: 'draw what `master` or a controller decided, and why, as a page',
    load: async () => (await import('./explain-command.ts')).explainCommand,
  },
  {
    name: 'profile',
    summary: 'take the profile of recordings that others shall sound like',
    load: async () => (await import('./profile-command.ts')).profileCommand,
  },
  {
    name: 'normalize',
    summary: 'bring files to a loudness by gain alone, in two passes',
    load: async () => (await import('./normalize-command.ts')).normalizeCommand,
  },
  {
    name: 'batch',
    summary: 'send many files through a pipeline or to a loudness, several at a time',
    load: async () => (await import('./batch-command.ts')).batchCommand,
  },
  {
    name: 'worker',
    summary: 'take tracks of batches from a queue',
    load: async () => (await import('./worker-command.ts')).workerCommand,
  },
  {
    name: 'queue',
    summary: 'look at a queue, pause it, and see to what has failed',
    load: async () => (await import('./queue-command.ts')).queueCommand,
  },
  {
    name: 'plan',
    summary: 'say what a pipeline is going to do: order, latency, memory, CPU',
    load: async () => (await import('./plan-command.ts')).planCommand,
  },
  {
    name: 'check',
    summary: 'say what is wrong with pipeline files, and nothing else',
    load: async () => (await import('./check-command.ts')).checkCommand,
  },
  {
    name: 'checkpoint',
    summary: 'say how far the run had come that wrote a checkpoint',
    load: async () => (await import('./checkpoint-command.ts')).checkpointCommand,
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
