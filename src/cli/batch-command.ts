import { text as textOf } from 'node:stream/consumers';
import { isatty } from 'node:tty';
import { EXIT_CODES, usageError } from '../audio/errors.ts';
import { type BatchQueue, jobCount } from '../batch/process-files.ts';
import { type BatchOptions, planBatch, runBatch, writeReport } from '../batch/run-batch.ts';
import { type BatchProgress, queueLine, trackLine } from '../monitor/batch-progress.ts';
import type { BatchReport } from '../monitor/batch-report.ts';
import { abortOnSignals } from './abort-on-signals.ts';
import { ON_CEILING_OPTIONS, onCeilingOf } from './ceiling-option.ts';
import type { Arguments, Command } from './command.ts';
import { list, numberIn, text } from './option-value.ts';
import { packageVersion } from './package-version.ts';
import { print } from './print.ts';
import { say } from './say.ts';

/** `auralis-stream batch IN... -o OUTDIR`: many files, several at a time. */
export const batchCommand: Command = {
  words: [
    ['in...', 'files, folders, patterns; - or nothing is a list on stdin, a path a line (or NUL-separated)'],
  ],
  options: {
    output: { type: 'string', alias: 'o', requiresArg: true, describe: 'the folder that the outputs go to' },
    pipeline: {
      type: 'string',
      requiresArg: true,
      describe: 'a pipeline file, or the name of a shipped one',
    },
    preset: {
      type: 'string',
      requiresArg: true,
      describe: 'master each track by what is heard in it: adaptive, warm, ..., or a file',
    },
    decisions: {
      type: 'string',
      requiresArg: true,
      describe: 'with --preset: a folder for what was decided and why (default: beside the outputs)',
    },
    normalize: {
      type: 'string',
      requiresArg: true,
      describe: 'bring each track to LUFS such as -16, by gain alone',
    },
    ceiling: {
      type: 'string',
      requiresArg: true,
      describe: 'with --normalize: highest true peak in dBTP (default -1)',
    },
    ...ON_CEILING_OPTIONS,
    album: { type: 'boolean', describe: 'with --normalize: one gain for the tracks of a folder' },
    'if-off-by': {
      type: 'string',
      requiresArg: true,
      describe: 'with --normalize: leave tracks out that are within so many LU of it',
    },
    name: { type: 'string', requiresArg: true, describe: 'names of the outputs, as in {name}.master.{ext}' },
    jobs: { type: 'string', requiresArg: true, describe: 'tracks at a time: a number or auto (default)' },
    queue: {
      type: 'string',
      requiresArg: true,
      describe: 'have workers do it: redis://[user:password@]host:6379, rediss:// for TLS',
    },
    root: {
      type: 'string',
      requiresArg: true,
      describe: 'with --queue: the folder that all workers see, wherever they have it (default /)',
    },
    'skip-done': {
      type: 'boolean',
      describe: 'leave as it is what an earlier run finished from the same content',
    },
    force: { type: 'boolean', alias: 'f', describe: 'write over existing files' },
    'dry-run': { type: 'boolean', describe: 'say what would become of which file, and do nothing' },
    'json-progress': { type: 'boolean', describe: 'print progress as JSON lines on stdout' },
    quiet: { type: 'boolean', describe: 'say nothing but what failed' },
  },
  examples: [
    ['auralis-stream batch albums -o mastered --pipeline mastering', 'a folder, its structure mirrored'],
    [
      'auralis-stream batch albums -o mastered --pipeline mastering --skip-done',
      'go on where it was stopped',
    ],
    ['auralis-stream batch albums -o mastered --preset warm', 'each by what is heard in it'],
    ['auralis-stream batch "tapes/**/*.wav" -o out --normalize -16 --limit --album', 'one gain a folder'],
    [
      'auralis-stream batch albums -o mastered --preset warm --queue redis://host:6379',
      'by the workers on a queue',
    ],
    ["find . -name '*.wav' -print0 | auralis-stream batch -o out --normalize -16", 'a list on stdin'],
  ],
  run,
};

async function run(args: Arguments): Promise<number> {
  const folder = text(args, 'output');
  if (folder === undefined) throw usageError('no -o OUTDIR given, the folder that the outputs go to');
  const concurrency = jobCount(
    args.jobs === undefined || text(args, 'jobs') === 'auto'
      ? 'auto'
      : numberIn(args, 'jobs', { min: 1, max: 64, whole: true })!,
  );
  const queue = queueOf(args);
  const work = workOf(args);
  const ifOffBy = numberIn(args, 'if-off-by', { min: 0, max: 20, whole: false });
  const options: BatchOptions = {
    ...work,
    inputs: await inputsOf(list(args, 'in')),
    folder,
    template: text(args, 'name'),
    album: args.album === true,
    version: packageVersion(),
  };
  const jobs = planBatch(options);
  if (args['dry-run'] === true) {
    await print(jobs.map(({ input, output }) => `${input} -> ${output}\n`).join(''));
    return 0;
  }
  const signals = abortOnSignals([]);
  const show = await progressOf(args, jobs.length);
  try {
    const { signal } = signals;
    const report = await runBatch(jobs, options, {
      concurrency,
      signal,
      ifOffBy,
      overwrite: args.force === true,
      skipDone: args['skip-done'] === true,
      queue,
      onProgress: show.show,
    });
    show.end();
    if (!show.tellsTracks && args.quiet !== true) tellWarnings(report);
    conclude(report, folder, args.quiet === true);
    // Last, so that a full disk does not keep from anybody what became of the tracks.
    writeReport(report, folder);
    return signals.exitCode() || (report.count.failed > 0 ? EXIT_CODES.batch : 0);
  } finally {
    show.end();
    signals.release();
  }
}

/** Who does it, where it is not this process. */
function queueOf(args: Arguments): BatchQueue | undefined {
  const url = text(args, 'queue');
  const root = text(args, 'root');
  if (url === undefined) {
    if (root !== undefined) throw usageError('--root belongs to --queue, which is not given');
    return undefined;
  }
  if (args.jobs !== undefined) throw usageError('--jobs belongs to the workers where there is a --queue');
  return { url, root, version: packageVersion() };
}

/** What is done to each track. */
function workOf(args: Arguments): Pick<BatchOptions, 'pipeline' | 'normalize' | 'preset' | 'decisions'> {
  const pipeline = text(args, 'pipeline');
  const preset = text(args, 'preset');
  const decisions = text(args, 'decisions');
  const target = numberIn(args, 'normalize', { min: -70, max: 0, whole: false });
  if ([pipeline, preset, target].filter((how) => how !== undefined).length !== 1) {
    throw usageError(
      'expected one of --pipeline, --preset and --normalize, which say what is done to each track',
    );
  }
  if (decisions !== undefined && preset === undefined) {
    throw usageError('--decisions belongs to --preset, which is not given');
  }
  const onCeiling = onCeilingOf(args);
  if (target === undefined) {
    const stray = ['ceiling', 'limit', 'lower-target', 'album', 'if-off-by'].find(
      (name) => args[name] !== undefined,
    );
    if (stray !== undefined) throw usageError(`--${stray} belongs to --normalize, which is not given`);
    return { pipeline, preset, decisions };
  }
  return {
    normalize: { target, ceiling: numberIn(args, 'ceiling', { min: -40, max: 0, whole: false }), onCeiling },
  };
}

/** The words, with the list on stdin in the place of `-`. */
async function inputsOf(words: readonly string[]): Promise<readonly string[]> {
  const named = words.length > 0 ? words : ['-'];
  if (!named.includes('-')) return named;
  if (isatty(0)) throw usageError('stdin is a terminal: name files or folders, or pipe a list of paths in');
  const given = await textOf(process.stdin);
  const paths = given.split(given.includes('\0') ? '\0' : /\r?\n/).filter((path) => path !== '');
  if (paths.length === 0) throw usageError('stdin: no path is in the list');
  return named.flatMap((word) => (word === '-' ? paths : [word]));
}

/** Shows how a batch comes along. */
interface Show {
  /** Whether every track is told of, with what was odd about it. */
  readonly tellsTracks: boolean;
  readonly show: (progress: BatchProgress) => void;
  readonly end: () => void;
}

async function progressOf(args: Arguments, tracks: number): Promise<Show> {
  if (args['json-progress'] === true) {
    process.stdout.on('error', () => {});
    const write = (progress: BatchProgress) => process.stdout.write(`${JSON.stringify(progress)}\n`);
    return { tellsTracks: true, show: write, end: () => {} };
  }
  if (args.quiet === true) return { tellsTracks: false, show: () => {}, end: () => {} };
  if (process.stderr.isTTY) {
    const { BatchBars } = await import('../monitor/batch-bars.ts');
    const bars = new BatchBars(process.stderr, tracks);
    return { tellsTracks: false, show: (progress) => bars.show(progress), end: () => bars.end() };
  }
  const show = (progress: BatchProgress): void => {
    if (progress.type === 'queue') say(queueLine(progress.state));
    if (progress.type !== 'end') return;
    const { ended, total, track } = progress;
    // Why it failed is told at the end, where all that failed stands together.
    const line = track.status === 'failed' ? `failed ${track.input}` : trackLine(track);
    say(`[${ended}/${total}] ${line}`);
  };
  return { tellsTracks: true, show, end: () => {} };
}

/** Lists tracks about which something was odd: bars have no room for it. */
function tellWarnings({ tracks }: BatchReport): void {
  for (const track of tracks) {
    if (track.status !== 'failed' && track.warnings.length > 0) say(trackLine(track));
  }
}

/** Lists what failed, and counts the rest. */
function conclude({ tracks, count, elapsed }: BatchReport, folder: string, quiet: boolean): void {
  for (const track of tracks) {
    if (track.status === 'failed') say(trackLine(track));
  }
  if (quiet) return;
  const counts = Object.entries(count).flatMap(([status, n]) => (n > 0 ? [`${n} ${status}`] : []));
  say(
    `${tracks.length} ${tracks.length === 1 ? 'track' : 'tracks'} in ${elapsed.toFixed(1)} s: ${counts.join(', ')}; ${folder}/report.html`,
  );
}
