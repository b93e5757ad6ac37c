import { statSync } from 'node:fs';
import { usageError } from '../audio/errors.ts';
import { planMastering } from '../engine/passes/plan-mastering.ts';
import { readGenres, readPreset, readReference } from '../engine/pipelines/mastering-files.ts';
import { definePipeline } from '../engine/pipelines/pipeline-files.ts';
import { runPipeline } from '../engine/run/run.ts';
import type { RunOptions } from '../engine/run/run-options.ts';
import type { PipelineDefinition } from '../graph/definition.ts';
import type { Decision } from '../mastering/decision.ts';
import { onePassPipeline } from '../mastering/one-pass.ts';
import { type Aim, MODES } from '../mastering/rules.ts';
import { abortOnSignals, type SignalWatch } from './abort-on-signals.ts';
import { CHECKPOINT_OPTIONS, checkpointOf, resumptionOf } from './checkpoint-options.ts';
import type { Arguments, Command } from './command.ts';
import { DECISION_OPTIONS, openDecisionLog } from './decision-log.ts';
import { FilesInUse } from './files-in-use.ts';
import { duration, numberIn, oneOf, text } from './option-value.ts';
import { OUTPUT_FORMATS } from './output-formats.ts';
import { say } from './say.ts';
import {
  BACKEND_OPTION,
  type BackendChoice,
  BLOCK_OPTION,
  backendOf,
  blockFramesOf,
} from './shared-options.ts';
import { openInput, openOutput, openResumedOutput } from './standard-streams.ts';
import { openStats, STATS_OPTIONS } from './stats-target.ts';

/** Longest lookahead of the stage `loudness-normalize`, in ms, and the usual one. */
const MOST_LOOKAHEAD = 10000;
const LOOKAHEAD = 3000;

/** `auralis-stream master IN OUT`: listens, decides, and says why. */
export const masterCommand: Command = {
  words: [
    ['in', 'WAV, AIFF, AU, Wave64, FLAC, MP3, Ogg Vorbis, and more with ffmpeg; - or nothing is stdin'],
    ['out', 'a WAV file, or .flac, .mp3, .opus with ffmpeg; - or nothing is stdout'],
  ],
  options: {
    preset: {
      type: 'string',
      requiresArg: true,
      describe:
        'what to aim at: adaptive (default), gentle, warm, bright, punchy, live, podcast, broadcast, or a file',
    },
    reference: {
      type: 'string',
      requiresArg: true,
      describe: 'sound like this: a recording, or a profile (.json)',
    },
    mode: {
      type: 'string',
      requiresArg: true,
      describe: `aim at: ${MODES.join(', ')} (half way); default reference with --reference`,
    },
    amount: {
      type: 'string',
      requiresArg: true,
      describe: 'how far to go, 0 to 100 (default 100); loudness and ceiling hold at any',
    },
    passes: {
      type: 'string',
      requiresArg: true,
      describe: '2 listens to the whole file first (default for a file), 1 decides on the way',
    },
    lookahead: {
      type: 'string',
      requiresArg: true,
      describe: 'how far one pass hears ahead, 0 to 10s (default 3s)',
    },
    ...DECISION_OPTIONS,
    ...STATS_OPTIONS,
    format: {
      type: 'string',
      requiresArg: true,
      describe: `samples of the output: ${OUTPUT_FORMATS.join(', ')}`,
    },
    ...BACKEND_OPTION,
    ...BLOCK_OPTION,
    ...CHECKPOINT_OPTIONS,
    force: { type: 'boolean', alias: 'f', describe: 'write over existing files' },
    quiet: { type: 'boolean', describe: 'say nothing but errors' },
  },
  examples: [
    ['auralis-stream master in.wav out.wav', 'two passes: listens to the whole, then masters'],
    ['auralis-stream master in.wav out.wav --preset warm --amount 70 --verbose', 'and says why'],
    [
      'cat in.wav | auralis-stream master --lookahead 3s > out.wav',
      'one pass, on a stream that may never end',
    ],
    [
      'auralis-stream master in.wav out.wav --reference hit.wav',
      'the balance and loudness of another recording',
    ],
  ],
  run,
};

type Settings = Pick<RunOptions, 'sampleFormat' | 'checkpoint' | 'resume'> & {
  readonly backend: BackendChoice;
  readonly blockFrames: number;
};

async function run(args: Arguments): Promise<number> {
  const input = text(args, 'in') ?? '-';
  const files = new FilesInUse(['in', 'out', 'reference'].flatMap((name) => text(args, name) ?? []));
  const passes = passesFor(args, input);
  const lookahead = lookaheadOf(args, passes);
  const settings: Settings = {
    backend: backendOf(args),
    sampleFormat: oneOf(args, 'format', OUTPUT_FORMATS),
    blockFrames: blockFramesOf(args),
    checkpoint: await checkpointOf(args, files),
    resume: await resumptionOf(args, args.quiet === true),
  };
  const { checkpoint, resume } = settings;
  const aim = await aimOf(args, settings.backend);
  const out = text(args, 'out');
  const rules = {
    force: args.force === true,
    inputs: [input],
    reads: [text(args, 'reference')],
    asStream: checkpoint !== undefined,
  };
  const output = resume ? await openResumedOutput(out, resume.checkpoint, rules) : openOutput(out, rules);
  const log = openDecisionLog(args, files);
  const stats = openStats(args, files);
  let signals: SignalWatch | undefined;
  try {
    const pipeline =
      passes === 2
        ? await twoPasses(input, aim, settings, log.take)
        : definePipeline(onePassPipeline(aim, lookahead));
    if (passes === 2) stats?.stats.begin();
    const { name, stream, metadataBehind } = openInput(input);
    // Until here nothing is written, and the opening of a pipe can be called off by the system alone.
    signals = abortOnSignals([output]);
    const summary = await runPipeline({
      ...settings,
      pipeline,
      onDecision: log.take,
      compare: log.compare ?? (stats ? () => {} : undefined),
      stats: stats?.stats,
      input: stream,
      inputName: name,
      metadataBehind,
      output,
      signal: signals.signal,
    });
    if (args.quiet !== true) {
      for (const warning of summary.warnings) say(`warning: ${warning}`);
    }
    log.conclude(summary.comparison);
    stats?.tell(summary);
    return signals.exitCode();
  } finally {
    log.end();
    output.close();
    signals?.release();
  }
}

/** Listens to a file, and says what it is to go through. */
async function twoPasses(
  input: string,
  aim: Aim,
  { backend }: Settings,
  take: (decision: Decision) => void,
): Promise<PipelineDefinition> {
  const { pipeline, decisions } = await planMastering(input, { aim, genres: await readGenres(), backend });
  for (const decision of decisions) take(decision);
  return pipeline;
}

async function aimOf(args: Arguments, backend: BackendChoice): Promise<Aim> {
  const path = text(args, 'reference');
  const mode = oneOf(args, 'mode', MODES) ?? (path === undefined ? 'adaptive' : 'reference');
  if (mode !== 'adaptive' && path === undefined) throw usageError(`--mode ${mode}: needs --reference FILE`);
  const amount = (numberIn(args, 'amount', { min: 0, max: 100, whole: false }) ?? 100) / 100;
  const preset = await readPreset(text(args, 'preset') ?? 'adaptive');
  const tell = (file: string, warning: string): void => {
    if (args.quiet !== true) say(`warning: ${file}: ${warning}`);
  };
  const reference =
    path === undefined || mode === 'adaptive' ? null : await readReference(path, backend, tell);
  return { preset, mode, reference, amount };
}

/** Two where the input can be read twice, unless told otherwise. */
function passesFor(args: Arguments, input: string): 1 | 2 {
  const wanted = numberIn(args, 'passes', { min: 1, max: 2, whole: true });
  const isFile = input !== '-' && statSync(input, { throwIfNoEntry: false })?.isFile() !== false;
  if (wanted === 2 && !isFile) {
    throw usageError(
      `${input === '-' ? 'stdin' : input}: is read twice, which only a file can be; use --passes 1`,
    );
  }
  if (wanted === undefined) return isFile ? 2 : 1;
  return wanted === 2 ? 2 : 1;
}

/** In ms. */
function lookaheadOf(args: Arguments, passes: 1 | 2): number {
  const wanted = text(args, 'lookahead');
  if (wanted === undefined) return LOOKAHEAD;
  if (passes === 2) throw usageError('--lookahead is for one pass, two know the whole: add --passes 1');
  const ms = /^0(ms|s)?$/.test(wanted) ? 0 : duration(args, 'lookahead')!;
  if (ms > MOST_LOOKAHEAD)
    throw usageError(`--lookahead "${wanted}": expected 0 to ${MOST_LOOKAHEAD / 1000}s`);
  return ms;
}
