import { usageError } from '../audio/errors.ts';
import { didYouMean } from '../audio/nearest.ts';
import { QueueDesk } from '../batch/queue/queue-desk.ts';
import type { Arguments, Command } from './command.ts';
import { list, text } from './option-value.ts';
import { print } from './print.ts';

const ACTIONS = ['status', 'pause', 'resume', 'failed', 'retry', 'drop'] as const;
type Action = (typeof ACTIONS)[number];

/** Characters of an id that tell dead letters apart. */
const SHORT_ID = 8;

/** `auralis-stream queue ACTION --queue URL`: sees to a queue. */
export const queueCommand: Command = {
  words: [
    [
      'action...',
      'status; pause, resume; failed (dead letters); retry or drop, followed by ids of them or by none for all',
    ],
  ],
  options: {
    queue: {
      type: 'string',
      requiresArg: true,
      describe: 'redis://[user:password@]host:6379, rediss:// for TLS',
    },
    json: { type: 'boolean', describe: 'print status and failed as JSON' },
  },
  examples: [
    ['auralis-stream queue status --queue redis://host:6379', 'what waits, runs and has failed'],
    ['auralis-stream queue pause --queue redis://host:6379', 'workers take nothing more until resume'],
    ['auralis-stream queue failed --queue redis://host:6379', 'what has failed for good, and why'],
    ['auralis-stream queue retry 3f2a --queue redis://host:6379', 'once more, for ids that begin so'],
  ],
  run,
};

async function run(args: Arguments): Promise<number> {
  const [action, ...ids] = list(args, 'action');
  if (action === undefined) throw usageError(`queue: expected one of ${ACTIONS.join(', ')}`);
  const url = text(args, 'queue');
  if (!isAction(action)) {
    throw usageError(`queue ${action}: expected one of ${ACTIONS.join(', ')}${didYouMean(action, ACTIONS)}`);
  }
  if (ids.length > 0 && action !== 'retry' && action !== 'drop') {
    throw usageError(`unexpected argument "${ids[0]}": queue ${action} takes none`);
  }
  if (url === undefined) throw usageError('no --queue given, such as redis://host:6379');
  const desk = await QueueDesk.open(url);
  try {
    await print(await DOING[action](desk, ids, args.json === true));
    return 0;
  } finally {
    await desk.close();
  }
}

const isAction = (word: string): word is Action => (ACTIONS as readonly string[]).includes(word);

const tracks = (count: number): string => `${count} ${count === 1 ? 'track' : 'tracks'}`;

/** Each action, giving what is to be printed. */
const DOING: Readonly<
  Record<Action, (desk: QueueDesk, ids: readonly string[], json: boolean) => Promise<string>>
> = {
  status: async (desk, _, json) => {
    const counts = await desk.counts();
    if (json) return `${JSON.stringify(counts)}\n`;
    const { isPaused, workers, waiting, running, delayed, failed } = counts;
    return (
      `${isPaused ? 'paused' : 'open'}, ${workers} ${workers === 1 ? 'worker' : 'workers'}; ` +
      `${waiting} waiting, ${running} running, ${delayed} to be tried again, ${failed} failed\n`
    );
  },
  pause: async (desk) => {
    await desk.pause();
    return 'paused\n';
  },
  resume: async (desk) => {
    await desk.resume();
    return 'open\n';
  },
  failed: async (desk, _, json) => {
    const letters = await desk.deadLetters();
    if (json) return `${JSON.stringify(letters)}\n`;
    return letters.map(({ id, error }) => `${id.slice(0, SHORT_ID)}  ${error}\n`).join('');
  },
  retry: async (desk, ids) => `${tracks(await desk.retry(ids))} back on the queue\n`,
  drop: async (desk, ids) => `${tracks(await desk.drop(ids))} dropped\n`,
};
