import { usageError } from '../audio/errors.ts';
import { readPipelineFile, shippedPipelines } from '../engine/pipeline-files.ts';
import { type RunOptions, type RunSummary, runPipeline } from '../engine/run.ts';
import type { NamedInput } from '../engine/side-input.ts';
import { withSettings } from '../graph/settings.ts';
import { parseRawFormat } from '../io/sample-format.ts';
import { meterSummary } from '../monitor/meter-summary.ts';
import { abortOnSignals } from './abort-on-signals.ts';
import { type Arguments, COMMAND_NAMES, type Command } from './command.ts';
import { type NamedEnds, namedEnds, openNamedInputs, openNamedOutputs } from './named-ends.ts';
import { numberIn, oneOf, text } from './option-value.ts';
import { OUTPUT_FORMATS } from './output-formats.ts';
import { openReport } from './report-target.ts';
import { openInput, openOutput } from './standard-streams.ts';

const BACKENDS = ['auto', 'wasm', 'reference'] as const;

/** `auralis-stream [PIPELINE] [IN] [OUT]`: the main job. */
export const runCommand: Command = {
  words: [
    ['pipeline', 'a pipeline file, or the name of a shipped one'],
    ['in', 'a WAV file; - or nothing is stdin'],
    ['out', 'a file; - or nothing is stdout'],
  ],
  options: {
    set: {
      type: 'string',
      requiresArg: true,
      describe: 'set a parameter: id.param=value, or a knob of the pipeline (may be repeated)',
    },
    in: {
      type: 'string',
      requiresArg: true,
      describe: 'a further input: NAME=FILE or NAME=fd:N (may be repeated)',
    },
    out: {
      type: 'string',
      requiresArg: true,
      describe: 'a further output: NAME=FILE or NAME=fd:N (may be repeated)',
    },
    'allow-outside': { type: 'boolean', describe: 'read files that a pipeline names outside of its folder' },
    format: {
      type: 'string',
      requiresArg: true,
      describe: `samples of the output: ${OUTPUT_FORMATS.join(', ')}`,
    },
    raw: { type: 'string', requiresArg: true, describe: 'the input has no header: FORMAT:RATE:CHANNELS' },
    force: { type: 'boolean', alias: 'f', describe: 'write over an existing OUT' },
    report: { type: 'string', requiresArg: true, describe: 'write readings as JSON lines to FILE or fd:N' },
    meter: { type: 'boolean', describe: 'print what the stages measured, at the end' },
    backend: { type: 'string', requiresArg: true, describe: `who computes: ${BACKENDS.join(', ')}` },
    seed: { type: 'string', requiresArg: true, describe: 'of the dither, a whole number (default 0)' },
    'block-frames': { type: 'string', requiresArg: true, describe: 'frames at a time (default 4096)' },
    quiet: { type: 'boolean', describe: 'no progress, no warnings' },
  },
  examples: [
    ['cat in.wav | auralis-stream mastering > out.wav', 'a shipped pipeline, in a pipe'],
    ['auralis-stream my.json in.wav out.wav --set limiter.ceiling=-2', 'files, one parameter changed'],
    ['auralis-stream podcast in.wav out.wav --format s16 --meter', '16 bits, dithered; figures at the end'],
    ['... | auralis-stream mastering --raw s16le:48000:2 | ...', 'samples without a header'],
  ],
  run,
};

/** What the command line says of the run itself. */
type Checked = Pick<RunOptions, 'pipeline' | 'raw' | 'sampleFormat' | 'backend' | 'seed' | 'blockFrames'>;

async function run(args: Arguments): Promise<number> {
  const wanted = text(args, 'pipeline');
  if (wanted === undefined) throw await noPipeline();
  const allowOutside = args['allow-outside'] === true;
  const file = await readPipelineFile(wanted, { otherNames: COMMAND_NAMES, allowOutside });
  const pipeline = withSettings(file, settings(args));
  const raw = text(args, 'raw');
  const options: Checked = {
    pipeline,
    raw: raw === undefined ? undefined : parseRawFormat(raw),
    sampleFormat: oneOf(args, 'format', OUTPUT_FORMATS),
    backend: oneOf(args, 'backend', BACKENDS) ?? 'auto',
    seed: numberIn(args, 'seed', { min: 0, max: 2 ** 32 - 1, whole: true }) ?? 0,
    blockFrames: numberIn(args, 'block-frames', { min: 1, max: 65536, whole: true }) ?? 4096,
  };
  const ends = namedEnds(args, pipeline);
  const input = openInput(text(args, 'in'));
  let inputs: Readonly<Record<string, NamedInput>> = {};
  try {
    inputs = openNamedInputs(ends.inputs);
    return await carry(args, options, ends, { input, inputs });
  } finally {
    // A pipe that is still open would keep the process waiting.
    for (const { stream } of [input, ...Object.values(inputs)]) stream.destroy();
  }
}

/** What the run reads. */
interface OpenInputs {
  readonly input: NamedInput;
  readonly inputs: Readonly<Record<string, NamedInput>>;
}

/** Opens the other ends, carries the audio and tells how it went. */
async function carry(
  args: Arguments,
  options: Checked,
  ends: NamedEnds,
  { input, inputs }: OpenInputs,
): Promise<number> {
  const force = args.force === true;
  const out = text(args, 'out');
  const output = openOutput(out, force, [text(args, 'in'), ...ends.inputs.values()]);
  const read = ['pipeline', 'in'].flatMap((name) => text(args, name) ?? []);
  const outputs = openNamedOutputs(ends.outputs, force, {
    inputs: [...read, ...ends.inputs.values()],
    output: out === '-' ? undefined : out,
  });
  const target = text(args, 'report');
  const inUse = [
    ...read,
    ...(out === undefined ? [] : [out]),
    ...ends.inputs.values(),
    ...ends.outputs.values(),
  ];
  const report = target === undefined ? undefined : openReport(target, force, inUse);
  const progress = args.quiet === true ? null : await progressLine();
  const signals = abortOnSignals([output, ...Object.values(outputs)].map(({ stream }) => stream));
  try {
    const summary = await runPipeline({
      ...options,
      input: input.stream,
      inputName: input.name,
      output,
      inputs,
      outputs,
      report,
      signal: signals.signal,
      onProgress: progress ? (now) => progress.show(now) : undefined,
    });
    progress?.end();
    conclude(summary, args);
    return signals.exitCode();
  } finally {
    progress?.end();
    signals.release();
  }
}

async function noPipeline(): Promise<Error> {
  const names = (await shippedPipelines()).join(', ');
  return usageError(
    `no pipeline given: auralis-stream PIPELINE [IN] [OUT], with a file or one of ${names}; see --help`,
  );
}

function settings(args: Arguments): readonly string[] {
  const given = args.set ?? [];
  return (Array.isArray(given) ? given : [given]).map(String);
}

/** Progress on stderr, where there is a terminal to show it. */
async function progressLine() {
  if (!process.stderr.isTTY) return null;
  const { ProgressLine } = await import('../monitor/progress-line.ts');
  return new ProgressLine(process.stderr);
}

function conclude({ warnings, meters }: RunSummary, args: Arguments): void {
  if (args.quiet !== true) {
    for (const warning of warnings) process.stderr.write(`auralis-stream: warning: ${warning}\n`);
  }
  if (args.meter === true) process.stderr.write(meterSummary(meters));
}
