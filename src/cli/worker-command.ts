import { usageError } from '../audio/errors.ts';
import { jobCount } from '../batch/process-files.ts';
import { parseQueueUrl } from '../batch/queue/queue-url.ts';
import { serveQueue } from '../batch/queue/queue-worker.ts';
import { trackLine } from '../monitor/batch-progress.ts';
import type { Arguments, Command } from './command.ts';
import { numberIn, text } from './option-value.ts';
import { packageVersion } from './package-version.ts';
import { say } from './say.ts';
import { stopOnSignals } from './stop-on-signals.ts';

/** `auralis-stream worker --queue URL`: does what batches have put on a queue. */
export const workerCommand: Command = {
  words: [],
  options: {
    queue: {
      type: 'string',
      requiresArg: true,
      describe: 'where the work is: redis://[user:password@]host:6379, rediss:// for TLS',
    },
    jobs: { type: 'string', requiresArg: true, describe: 'tracks at a time: a number or auto (default)' },
    root: {
      type: 'string',
      requiresArg: true,
      describe: 'the folder that is shared, where this machine has it (default /)',
    },
    quiet: { type: 'boolean', describe: 'say nothing but what failed' },
  },
  examples: [
    ['auralis-stream worker --queue redis://host:6379 --jobs 4', 'on any number of machines'],
    [
      'auralis-stream worker --queue redis://host:6379 --root /mnt/music',
      'where the batch was given --root /srv/music',
    ],
  ],
  run,
};

async function run(args: Arguments): Promise<number> {
  const url = text(args, 'queue');
  if (url === undefined) throw usageError('no --queue given, such as redis://host:6379');
  const threads = jobCount(
    args.jobs === undefined || text(args, 'jobs') === 'auto'
      ? 'auto'
      : numberIn(args, 'jobs', { min: 1, max: 64, whole: true })!,
  );
  const isQuiet = args.quiet === true;
  const { shown } = parseQueueUrl(url);
  let trouble = '';
  const signals = stopOnSignals(() => say('no more tracks; again to hand back what runs'));
  try {
    await serveQueue({
      url,
      threads,
      root: text(args, 'root'),
      version: packageVersion(),
      finish: signals.finish,
      handBack: signals.handBack,
      onReady: () => {
        if (!isQuiet) say(`takes work from ${shown}, ${threads} at a time`);
      },
      onTrack: (track) => {
        trouble = '';
        if (!isQuiet || track.status === 'failed') say(trackLine(track));
      },
      onTrouble: (reason) => {
        if (reason !== trouble) say(`warning: --queue ${shown}: ${reason}, trying again`);
        trouble = reason;
      },
    });
    return signals.exitCode();
  } finally {
    signals.release();
  }
}
