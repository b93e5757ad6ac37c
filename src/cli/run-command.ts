import { usageError } from '../audio/errors.ts';
import { LAYOUTS } from '../audio/format.ts';
import { readPipelineFile, shippedPipelines } from '../engine/pipeline-files.ts';
import { type RunOptions, type RunSummary, runPipeline } from '../engine/run.ts';
import { withFormat } from '../graph/in-front.ts';
import { withSettings } from '../graph/settings.ts';
import { parseRawFormat } from '../io/sample-format.ts';
import { DITHER_KINDS } from '../io/stream-encoder.ts';
import { meterSummary } from '../monitor/meter-summary.ts';
import { abortOnSignals } from './abort-on-signals.ts';
import { type Arguments, COMMAND_NAMES, type Command } from './command.ts';
import { numberIn, oneOf, text } from './option-value.ts';
import { OUTPUT_FORMATS } from './output-formats.ts';
import { openReport } from './report-target.ts';
import { type NamedInput, openInput, openOutput } from './standard-streams.ts';

const BACKENDS = ['auto', 'wasm', 'reference'] as const;

/** `auralis-stream [PIPELINE] [IN] [OUT]`: the main job. */
export const runCommand: Command = {
  words: [
    ['pipeline', 'a pipeline file, or the name of a shipped one'],
    ['in', 'a WAV file; - or nothing is stdin'],
    ['out', 'a file; - or nothing is stdout'],
  ],
  options: {
    set: { type: 'string', requiresArg: true, describe: 'set a parameter: id.param=value (may be repeated)' },
    format: {
      type: 'string',
      requiresArg: true,
      describe: `samples of the output: ${OUTPUT_FORMATS.join(', ')}`,
    },
    raw: { type: 'string', requiresArg: true, describe: 'the input has no header: FORMAT:RATE:CHANNELS' },
    rate: {
      type: 'string',
      requiresArg: true,
      describe: 'sample rate of the output in Hz; converts what comes in, before the first stage',
    },
    channels: {
      type: 'string',
      requiresArg: true,
      describe: 'channels of the output: a number, mono, stereo, 5.1, 7.1...; converts what comes in',
    },
    force: { type: 'boolean', alias: 'f', describe: 'write over an existing OUT' },
    report: { type: 'string', requiresArg: true, describe: 'write readings as JSON lines to FILE or fd:N' },
    meter: { type: 'boolean', describe: 'print what the stages measured, at the end' },
    backend: { type: 'string', requiresArg: true, describe: `who computes: ${BACKENDS.join(', ')}` },
    dither: {
      type: 'string',
      requiresArg: true,
      describe: `where word length is reduced: ${DITHER_KINDS.join(', ')} (default tpdf)`,
    },
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
type Checked = Pick<
  RunOptions,
  'pipeline' | 'raw' | 'sampleFormat' | 'backend' | 'dither' | 'seed' | 'blockFrames'
>;

async function run(args: Arguments): Promise<number> {
  const wanted = text(args, 'pipeline');
  if (wanted === undefined) throw await noPipeline();
  const pipeline = withFormat(withSettings(await readPipelineFile(wanted, COMMAND_NAMES), settings(args)), {
    rate: numberIn(args, 'rate', { min: 1000, max: 768_000, whole: true }),
    channels: channels(args),
  });
  const raw = text(args, 'raw');
  const options: Checked = {
    pipeline,
    raw: raw === undefined ? undefined : parseRawFormat(raw),
    sampleFormat: oneOf(args, 'format', OUTPUT_FORMATS),
    backend: oneOf(args, 'backend', BACKENDS) ?? 'auto',
    dither: oneOf(args, 'dither', DITHER_KINDS),
    seed: numberIn(args, 'seed', { min: 0, max: 2 ** 32 - 1, whole: true }) ?? 0,
    blockFrames: numberIn(args, 'block-frames', { min: 1, max: 65536, whole: true }) ?? 4096,
  };
  const input = openInput(text(args, 'in'));
  try {
    return await carry(args, options, input);
  } finally {
    // A pipe that is still open would keep the process waiting.
    input.stream.destroy();
  }
}

/** Opens the other ends, carries the audio and tells how it went. */
async function carry(args: Arguments, options: Checked, input: NamedInput): Promise<number> {
  const output = openOutput(text(args, 'out'), args.force === true, text(args, 'in'));
  const target = text(args, 'report');
  const inUse = ['pipeline', 'in', 'out'].flatMap((name) => text(args, name) ?? []);
  const report = target === undefined ? undefined : openReport(target, args.force === true, inUse);
  const progress = args.quiet === true ? null : await progressLine();
  const signals = abortOnSignals(output.stream);
  try {
    const summary = await runPipeline({
      ...options,
      input: input.stream,
      inputName: input.name,
      output,
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

/** A layout's name, or a number of channels. */
function channels(args: Arguments): string | number | undefined {
  const given = text(args, 'channels');
  if (given === undefined) return undefined;
  if (/^\d+$/.test(given)) return numberIn(args, 'channels', { min: 1, max: 64, whole: true });
  return oneOf(args, 'channels', Object.keys(LAYOUTS));
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
