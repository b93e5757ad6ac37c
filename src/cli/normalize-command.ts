import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { inputError, usageError } from '../audio/errors.ts';
import { readTarget, shippedTargets } from '../engine/analysis/target-files.ts';
import { makeFolder } from '../engine/files/make-folder.ts';
import type { OutputSink } from '../engine/files/output-sink.ts';
import { type GainPlan, planGain } from '../engine/passes/plan-gain.ts';
import { definePipeline } from '../engine/pipelines/pipeline-files.ts';
import { runPipeline } from '../engine/run/run.ts';
import type { RunOptions } from '../engine/run/run-options.ts';
import type { PipelineDefinition } from '../graph/definition.ts';
import { parseRawFormat } from '../io/sample-format.ts';
import { abortOnSignals } from './abort-on-signals.ts';
import { ON_CEILING_OPTIONS, onCeilingOf } from './ceiling-option.ts';
import type { Arguments, Command } from './command.ts';
import { numberIn, text } from './option-value.ts';
import { say } from './say.ts';
import { BACKEND_OPTION, backendOf, SEED_OPTION, seedOf } from './shared-options.ts';
import { openInput, openOutput } from './standard-streams.ts';

/** `auralis-stream normalize IN OUT`: linear gain to a loudness, in two passes. */
export const normalizeCommand: Command = {
  words: [['file...', 'IN and OUT, two files (- for OUT is stdout); with -o any number of inputs']],
  options: {
    target: {
      type: 'string',
      requiresArg: true,
      describe: 'LUFS such as -16, or a name such as ebu-r128, podcast',
    },
    ceiling: {
      type: 'string',
      requiresArg: true,
      describe: "highest true peak in dBTP (default -1, or the target's)",
    },
    ...ON_CEILING_OPTIONS,
    album: { type: 'boolean', describe: 'one gain for all inputs, by the loudness of the whole; needs -o' },
    output: {
      type: 'string',
      alias: 'o',
      requiresArg: true,
      describe: 'write each input to this folder, under its own name',
    },
    raw: { type: 'string', requiresArg: true, describe: 'the inputs have no header: FORMAT:RATE:CHANNELS' },
    force: { type: 'boolean', alias: 'f', describe: 'write over existing files' },
    ...BACKEND_OPTION,
    ...SEED_OPTION,
    quiet: { type: 'boolean', describe: 'say nothing but errors' },
  },
  examples: [
    ['auralis-stream normalize in.wav out.wav --target -16', 'gain alone; refused where the peaks forbid it'],
    ['auralis-stream normalize in.wav out.wav --target podcast --limit', 'a limiter where it is needed'],
    ['auralis-stream normalize *.wav -o album --album --target -14', 'tracks keep their differences'],
  ],
  run,
};

/** What programme without loudness goes through. */
const NO_STAGES = definePipeline({ stages: [] });

/** An input and where it goes. */
interface Job {
  readonly input: string;
  readonly output: string;
}

async function run(args: Arguments): Promise<number> {
  const jobs = jobsOf(args);
  const { target, ceiling } = await levelsOf(args);
  const raw = text(args, 'raw');
  const options = {
    target,
    ceiling,
    onCeiling: onCeilingOf(args),
    backend: backendOf(args),
    raw: raw === undefined ? undefined : parseRawFormat(raw),
  };
  const seed = seedOf(args);
  for (const { input } of jobs) checkSeekable(input);
  // Opened before the first pass, so that what can't be written is not measured in vain.
  const sinks = jobs.map(({ input, output }) =>
    openOutput(output, { force: args.force === true, inputs: [input] }),
  );
  const album =
    args.album === true
      ? await planGain(
          jobs.map(({ input }) => input),
          options,
        )
      : undefined;
  const tell = (who: string, plan: GainPlan | null): void => {
    if (args.quiet !== true) say(`${who}: ${story(plan, target)}`);
  };
  if (album !== undefined) tell(`album of ${jobs.length}`, album);
  for (const [n, { input }] of jobs.entries()) {
    const plan = album === undefined ? await planGain([input], options) : album;
    if (album === undefined) tell(input, plan);
    const code = await write(input, sinks[n], plan?.pipeline ?? NO_STAGES, { ...options, seed }, args);
    if (code !== 0) return code;
  }
  return 0;
}

function jobsOf(args: Arguments): readonly Job[] {
  const words = (args.file as readonly string[] | undefined) ?? [];
  const folder = text(args, 'output');
  if (folder === undefined) {
    if (args.album === true) throw usageError('--album needs -o DIR, the folder that the outputs go to');
    if (words.length !== 2) {
      throw usageError(
        `expected IN and OUT, or any number of inputs with -o DIR; given: ${words.length === 0 ? 'nothing' : words.join(' ')}`,
      );
    }
    return [{ input: words[0], output: words[1] }];
  }
  if (words.length === 0) throw usageError('no inputs given: name files beside -o DIR');
  const names = words.map((word) => basename(word));
  const twice = names.find((name, n) => names.indexOf(name) < n);
  if (twice !== undefined)
    throw usageError(`two inputs are called "${twice}", which would go to the same file in ${folder}`);
  makeFolder(folder);
  return words.map((input, n) => ({ input, output: join(folder, names[n]) }));
}

/** Target in LUFS and ceiling in dBTP, from numbers or the name of a target. */
async function levelsOf(args: Arguments): Promise<{ target: number; ceiling: number }> {
  const wanted = text(args, 'target');
  if (wanted === undefined)
    throw usageError(`no --target given: LUFS such as -16, or one of ${(await shippedTargets()).join(', ')}`);
  const own = numberIn(args, 'ceiling', { min: -40, max: 0, whole: false });
  if (/^[-+]?[\d.]+$/.test(wanted)) {
    const target = numberIn(args, 'target', { min: -70, max: 0, whole: false })!;
    return { target, ceiling: own ?? -1 };
  }
  const { normalize } = await readTarget(wanted);
  if (normalize === undefined)
    throw usageError(`target "${wanted}" names no loudness to normalise to ("normalize")`);
  return { target: normalize.target, ceiling: own ?? normalize.ceiling };
}

/** Refuses what can't be read twice. */
function checkSeekable(input: string): void {
  const name = input === '-' ? 'stdin' : input;
  const isFile = input !== '-' && statSync(input, { throwIfNoEntry: false })?.isFile() !== false;
  if (!isFile) {
    throw inputError(
      `${name}: is read twice, which only a file can be; for a stream use the stage loudness-normalize`,
    );
  }
}

async function write(
  input: string,
  output: OutputSink,
  pipeline: PipelineDefinition,
  { backend, raw, seed }: Required<Pick<RunOptions, 'backend' | 'raw' | 'seed'>>,
  args: Arguments,
): Promise<number> {
  const { name, stream, metadataBehind } = openInput(input);
  const signals = abortOnSignals([output]);
  try {
    const { signal } = signals;
    const summary = await runPipeline({
      pipeline,
      input: stream,
      inputName: name,
      metadataBehind,
      output,
      signal,
      backend,
      raw,
      seed,
    });
    if (args.quiet !== true) {
      for (const warning of summary.warnings) say(`warning: ${name}: ${warning}`);
    }
    return signals.exitCode();
  } finally {
    signals.release();
  }
}

/** What was found and done, in one line. */
function story(plan: GainPlan | null, target: number): string {
  if (plan === null) return 'has no integrated loudness (under 400 ms, or silent), samples unchanged';
  const { gain, before, after, limited, lowered } = plan;
  const one = ({ integrated, truePeak }: GainPlan['after']): string =>
    `${integrated.toFixed(2)} LUFS, ${truePeak.toFixed(2)} dBTP`;
  const how = limited
    ? ', peaks limited'
    : lowered
      ? `, as far as the ceiling allows towards ${target} LUFS`
      : '';
  return `${one(before)} -> ${one(after)}, gain ${gain < 0 ? '' : '+'}${gain.toFixed(2)} dB${how}`;
}
