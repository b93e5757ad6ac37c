import { statSync } from 'node:fs';
import { inputError, usageError } from '../audio/errors.ts';
import { readGenres, readPreset, readReference } from '../engine/mastering-files.ts';
import { planMastering } from '../engine/plan-mastering.ts';
import { type RunOptions, runPipeline } from '../engine/run.ts';
import { systemReason } from '../engine/system-reason.ts';
import { definePipeline } from '../graph/parse-pipeline.ts';
import { type Decision, decisionLine, decisionSentence } from '../mastering/decision.ts';
import { OnePassController, onePassPipeline } from '../mastering/one-pass.ts';
import { type Aim, MODES } from '../mastering/rules.ts';
import { abortOnSignals } from './abort-on-signals.ts';
import type { Arguments, Command } from './command.ts';
import { duration, numberIn, oneOf, text } from './option-value.ts';
import { OUTPUT_FORMATS } from './output-formats.ts';
import { openReport } from './report-target.ts';
import {
  BACKEND_OPTION,
  type BackendChoice,
  BLOCK_OPTION,
  backendOf,
  blockFramesOf,
} from './shared-options.ts';
import { openInput, openOutput } from './standard-streams.ts';

/** Longest lookahead of the stage `loudness-normalize`, in ms, and the usual one. */
const MOST_LOOKAHEAD = 10000;
const LOOKAHEAD = 3000;

/** `auralis-stream master IN OUT`: listens, decides, and says why. */
export const masterCommand: Command = {
  words: [
    ['in', 'a WAV, AIFF, AU or Wave64 file; - or nothing is stdin'],
    ['out', 'a WAV file; - or nothing is stdout'],
  ],
  options: {
    preset: {
      type: 'string',
      requiresArg: true,
      describe: 'what to aim at: adaptive (default), warm, ..., or a file',
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
    decisions: {
      type: 'string',
      requiresArg: true,
      describe: 'write what was decided and why to FILE, a JSON object a line',
    },
    verbose: { type: 'boolean', describe: 'tell it on stderr, a sentence a decision' },
    format: {
      type: 'string',
      requiresArg: true,
      describe: `samples of the output: ${OUTPUT_FORMATS.join(', ')}`,
    },
    ...BACKEND_OPTION,
    ...BLOCK_OPTION,
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

type Settings = Pick<RunOptions, 'sampleFormat'> & {
  readonly backend: BackendChoice;
  readonly blockFrames: number;
};

async function run(args: Arguments): Promise<number> {
  const input = text(args, 'in') ?? '-';
  const passes = passesFor(args, input);
  const lookahead = lookaheadOf(args, passes);
  const settings: Settings = {
    backend: backendOf(args),
    sampleFormat: oneOf(args, 'format', OUTPUT_FORMATS),
    blockFrames: blockFramesOf(args),
  };
  const aim = await aimOf(args, settings.backend);
  const output = openOutput(text(args, 'out'), { force: args.force === true, inputs: [input] });
  const log = decisionLog(args);
  const signals = abortOnSignals([output.stream]);
  try {
    const { signal } = signals;
    const { end, ...steps } =
      passes === 2
        ? await twoPasses(input, aim, settings, log.take)
        : await onePass(aim, lookahead, log.take);
    const { name, stream } = openInput(input);
    const summary = await runPipeline({
      ...settings,
      ...steps,
      input: stream,
      inputName: name,
      output,
      signal,
    });
    end(summary.seconds);
    if (args.quiet !== true) {
      for (const warning of summary.warnings) process.stderr.write(`auralis-stream: warning: ${warning}\n`);
    }
    return signals.exitCode();
  } finally {
    log.end();
    output.close();
    signals.release();
  }
}

/** What a file or a stream goes through, and what there is to say at its end. */
type Steps = Pick<RunOptions, 'pipeline' | 'controller'> & { readonly end: (seconds: number) => void };

async function twoPasses(
  input: string,
  aim: Aim,
  { backend }: Settings,
  take: (decision: Decision) => void,
): Promise<Steps> {
  const { pipeline, decisions } = await planMastering(input, { aim, genres: await readGenres(), backend });
  for (const decision of decisions) take(decision);
  return { pipeline, end: () => {} };
}

async function onePass(
  aim: Aim,
  lookahead: number,
  onDecision: (decision: Decision) => void,
): Promise<Steps> {
  const genres = await readGenres();
  let controller: OnePassController | undefined;
  return {
    pipeline: definePipeline(onePassPipeline(aim, lookahead)),
    controller: ({ sampleRate, channels }) => {
      controller = new OnePassController({ aim, genres, sampleRate, channels, onDecision });
      return controller;
    },
    end: (seconds) => controller?.end(seconds),
  };
}

async function aimOf(args: Arguments, backend: BackendChoice): Promise<Aim> {
  const path = text(args, 'reference');
  const mode = oneOf(args, 'mode', MODES) ?? (path === undefined ? 'adaptive' : 'reference');
  if (mode !== 'adaptive' && path === undefined) throw usageError(`--mode ${mode}: needs --reference FILE`);
  const amount = (numberIn(args, 'amount', { min: 0, max: 100, whole: false }) ?? 100) / 100;
  const preset = await readPreset(text(args, 'preset') ?? 'adaptive');
  const reference = path === undefined || mode === 'adaptive' ? null : await readReference(path, backend);
  return { preset, mode, reference, amount };
}

/** Two where the input can be read twice, unless told otherwise. */
function passesFor(args: Arguments, input: string): 1 | 2 {
  const wanted = oneOf(args, 'passes', ['1', '2']);
  const isFile = input !== '-' && statSync(input, { throwIfNoEntry: false })?.isFile() !== false;
  if (wanted === '2' && !isFile) {
    throw inputError(
      `${input === '-' ? 'stdin' : input}: is read twice, which only a file can be; use --passes 1`,
    );
  }
  return wanted === undefined ? (isFile ? 2 : 1) : wanted === '2' ? 2 : 1;
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

/** Where decisions go: to a file as JSON lines, to stderr as sentences, to both, or nowhere. */
function decisionLog(args: Arguments): {
  readonly take: (decision: Decision) => void;
  readonly end: () => void;
} {
  const target = text(args, 'decisions');
  const inUse = ['in', 'out'].flatMap((name) => text(args, name) ?? []);
  const file =
    target === undefined ? undefined : openReport(target, args.force === true, inUse, '--decisions');
  file?.on('error', (error) => {
    process.stderr.write(
      `auralis-stream: warning: --decisions ${target}: ${systemReason(error)}, lines are missing\n`,
    );
  });
  return {
    take: (decision) => {
      file?.write(decisionLine(decision));
      if (args.verbose === true) process.stderr.write(`auralis-stream: ${decisionSentence(decision)}\n`);
    },
    end: () => file?.end(),
  };
}
