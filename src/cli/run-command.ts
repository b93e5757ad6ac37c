import { usageError } from '../audio/errors.ts';
import { readMovesFile } from '../engine/moves-file.ts';
import { isShippedName } from '../engine/part-files.ts';
import { readPipelineFile, shippedPipelines } from '../engine/pipeline-files.ts';
import { type RunOptions, type RunSummary, runPipeline } from '../engine/run.ts';
import type { NamedInput } from '../engine/side-input.ts';
import { withSettings } from '../graph/settings.ts';
import { withFormat } from '../graph/with-format.ts';
import { parseRawFormat, RAW_SAMPLE_FORMATS } from '../io/sample-format.ts';
import { DITHER_KINDS } from '../io/stream-encoder.ts';
import { meterSummary } from '../monitor/meter-summary.ts';
import { abortOnSignals } from './abort-on-signals.ts';
import { type Arguments, COMMAND_NAMES, type Command } from './command.ts';
import { latencyLine } from './latency-line.ts';
import { LOUDNESS_LOG_OPTIONS, openLoudnessLog } from './loudness-log-target.ts';
import { type NamedEnds, namedEnds, openNamedInputs, openNamedOutputs } from './named-ends.ts';
import { duration, list, oneOf, text } from './option-value.ts';
import { OUTPUT_FORMATS } from './output-formats.ts';
import { type ReloadOptions, reloadPipeline } from './reload-pipeline.ts';
import { openReport } from './report-target.ts';
import {
  BACKEND_OPTION,
  BLOCK_OPTION,
  backendOf,
  blockFramesOf,
  FORMAT_OPTIONS,
  SEED_OPTION,
  seedOf,
  threadsOf,
  wantedFormatOf,
} from './shared-options.ts';
import { type OpenInput, openInput, openOutput } from './standard-streams.ts';

/** `auralis-stream [PIPELINE] [IN] [OUT]`: the main job. */
export const runCommand: Command = {
  words: [
    ['pipeline', 'a pipeline file, or the name of a shipped one'],
    ['in', 'a WAV, AIFF, AU or Wave64 file; - or nothing is stdin'],
    ['out', 'a WAV file; - or nothing is stdout'],
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
    automation: {
      type: 'string',
      requiresArg: true,
      describe: 'move parameters at times of the output: a JSON object a line, or a report to replay',
    },
    watch: { type: 'boolean', describe: 'read the pipeline again when its file changes, as at SIGHUP' },
    latency: { type: 'boolean', describe: 'print by how much the pipeline is late before it is aligned' },
    format: {
      type: 'string',
      requiresArg: true,
      describe: `samples of the output: ${OUTPUT_FORMATS.join(', ')}`,
    },
    raw: {
      type: 'string',
      requiresArg: true,
      describe: `the input has no header, and neither has the output: FORMAT:RATE:CHANNELS, with FORMAT one of ${[...RAW_SAMPLE_FORMATS.keys()].join(', ')} (s24in32: 24 bits at the top of 32)`,
    },
    ...FORMAT_OPTIONS,
    force: { type: 'boolean', alias: 'f', describe: 'write over an existing OUT' },
    partial: { type: 'boolean', describe: 'keep what there is of OUT when the run is cut short' },
    'no-metadata': { type: 'boolean', describe: 'leave LIST, bext, iXML, cart and id3 chunks out' },
    'on-track': {
      type: 'string',
      requiresArg: true,
      describe: 'where another WAV follows in the input: keep the state of the stages (default), or reset it',
    },
    'on-format-change': {
      type: 'string',
      requiresArg: true,
      describe: 'where that has another rate or other channels: stop, with what came before (default)',
    },
    'stall-timeout': {
      type: 'string',
      requiresArg: true,
      describe: 'end when the input gives nothing for so long, as in 10s (default: wait for ever)',
    },
    strict: {
      type: 'boolean',
      describe: 'end with an error at a sample that is not finite or above +60 dBFS',
    },
    report: { type: 'string', requiresArg: true, describe: 'write readings as JSON lines to FILE or fd:N' },
    ...LOUDNESS_LOG_OPTIONS,
    meter: { type: 'boolean', describe: 'print what the stages measured, at the end' },
    ...BACKEND_OPTION,
    dither: {
      type: 'string',
      requiresArg: true,
      describe: `where word length is reduced: ${DITHER_KINDS.join(', ')} (default tpdf)`,
    },
    ...SEED_OPTION,
    ...BLOCK_OPTION,
    threads: {
      type: 'string',
      requiresArg: true,
      describe: 'threads to share the stages out over: a number (default 1), or auto for where it pays',
    },
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
type Checked = Omit<
  RunOptions,
  'input' | 'inputName' | 'output' | 'inputs' | 'outputs' | 'report' | 'signal' | 'onStart' | 'onProgress'
>;

async function run(args: Arguments): Promise<number> {
  const wanted = text(args, 'pipeline');
  if (wanted === undefined) throw await noPipeline();
  const allowOutside = args['allow-outside'] === true;
  const format = wantedFormatOf(args);
  const read = async () => {
    const file = await readPipelineFile(wanted, { otherNames: COMMAND_NAMES, allowOutside });
    return withFormat(withSettings(file, list(args, 'set')), format);
  };
  const pipeline = await read();
  const watched = args.watch === true ? watchedFile(wanted) : null;
  const moves = text(args, 'automation');
  const raw = text(args, 'raw');
  const options: Checked = {
    pipeline,
    automation: moves === undefined ? [] : await readMovesFile(moves),
    raw: raw === undefined ? undefined : parseRawFormat(raw),
    sampleFormat: oneOf(args, 'format', OUTPUT_FORMATS),
    backend: backendOf(args),
    dither: oneOf(args, 'dither', DITHER_KINDS),
    seed: seedOf(args),
    blockFrames: blockFramesOf(args),
    threads: threadsOf(args) ?? 1,
    onTrack: oneOf(args, 'on-track', ['keep', 'reset']),
    metadata: args['no-metadata'] !== true,
    partial: args.partial === true,
    strict: args.strict === true,
  };
  oneOf(args, 'on-format-change', ['stop']);
  const ends = namedEnds(args, pipeline);
  const input = openInput(text(args, 'in'), duration(args, 'stall-timeout'));
  let inputs: Readonly<Record<string, NamedInput>> = {};
  try {
    inputs = openNamedInputs(ends.inputs);
    return await carry(args, options, { ends, input, inputs, read, watched });
  } finally {
    // A pipe that is still open would keep the process waiting.
    for (const { stream } of [input, ...Object.values(inputs)]) stream.destroy();
  }
}

/** What the run reads, and from where the pipeline can be read again. */
interface Opened extends Pick<ReloadOptions, 'read' | 'watched'> {
  readonly ends: NamedEnds;
  readonly input: OpenInput;
  readonly inputs: Readonly<Record<string, NamedInput>>;
}

/** Opens the other ends, carries the audio and tells how it went. */
async function carry(
  args: Arguments,
  options: Checked,
  { ends, input, inputs, ...source }: Opened,
): Promise<number> {
  const force = args.force === true;
  const out = text(args, 'out');
  const output = openOutput(out, {
    force,
    inputs: [text(args, 'in'), ...ends.inputs.values()],
    pipeline: text(args, 'pipeline'),
  });
  const reads = ['pipeline', 'automation', 'in'].flatMap((name) => text(args, name) ?? []);
  const outputs = openNamedOutputs(ends.outputs, force, {
    inputs: [...reads, ...ends.inputs.values()],
    output: out === '-' ? undefined : out,
  });
  const target = text(args, 'report');
  const inUse = [...reads, ...(out === undefined ? [] : [out])];
  inUse.push(...ends.inputs.values(), ...ends.outputs.values());
  const report = target === undefined ? undefined : openReport(target, force, inUse);
  const loudnessLog = openLoudnessLog(args, target === undefined ? inUse : [...inUse, target]);
  const progress = args.quiet === true ? null : await progressLine();
  const signals = abortOnSignals([output, ...Object.values(outputs)].map(({ stream }) => stream));
  let endReload: (() => void) | undefined;
  try {
    const summary = await runPipeline({
      ...options,
      input: input.stream,
      inputName: input.name,
      output,
      inputs,
      outputs,
      report,
      loudnessLog,
      signal: signals.signal,
      onStart: (control) => {
        endReload = reloadPipeline({
          ...source,
          first: options.pipeline,
          control,
          tell: (line) => {
            if (args.quiet !== true) process.stderr.write(`auralis-stream: ${line}\n`);
          },
        });
      },
      onProgress: progress ? (now) => progress.show(now) : undefined,
    });
    progress?.end();
    conclude(summary, args);
    if (input.hasStalled() && args.quiet !== true) {
      process.stderr.write(
        `auralis-stream: warning: ${input.name}: gave nothing for ${args['stall-timeout']}\n`,
      );
    }
    return signals.exitCode();
  } finally {
    progress?.end();
    loudnessLog?.close();
    endReload?.();
    signals.release();
  }
}

async function noPipeline(): Promise<Error> {
  const names = (await shippedPipelines()).join(', ');
  return usageError(
    `no pipeline given: auralis-stream PIPELINE [IN] [OUT], with a file or one of ${names}; see --help`,
  );
}

/** Progress on stderr, where there is a terminal to show it. */
async function progressLine() {
  if (!process.stderr.isTTY) return null;
  const { ProgressLine } = await import('../monitor/progress-line.ts');
  return new ProgressLine(process.stderr);
}

/** The file that `--watch` is about. */
function watchedFile(pipeline: string): string {
  if (isShippedName(pipeline)) {
    throw usageError(`--watch: "${pipeline}" comes with the package and does not change, give a file`);
  }
  return pipeline;
}

function conclude({ warnings, meters, latency, format }: RunSummary, args: Arguments): void {
  if (args.latency === true && format) {
    process.stderr.write(`auralis-stream: ${latencyLine(latency, format.sampleRate)}\n`);
  }
  if (args.quiet !== true) {
    for (const warning of warnings) process.stderr.write(`auralis-stream: warning: ${warning}\n`);
  }
  if (args.meter === true) process.stderr.write(meterSummary(meters));
}
