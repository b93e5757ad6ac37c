import { usageError } from '../audio/errors.ts';
import { readMovesFile } from '../engine/moves-file.ts';
import { isShippedName } from '../engine/part-files.ts';
import { shippedPipelines } from '../engine/pipeline-files.ts';
import { runPipeline } from '../engine/run.ts';
import type { RunOptions } from '../engine/run-options.ts';
import type { NamedInput } from '../engine/side-input.ts';
import { hireThreads } from '../engine/threads/crew-for.ts';
import { withSettings } from '../graph/settings.ts';
import { withFormat } from '../graph/with-format.ts';
import { parseRawFormat, RAW_SAMPLE_FORMATS } from '../io/sample-format.ts';
import { FORMAT_CHANGES } from '../io/stream-decoder.ts';
import { DITHER_KINDS } from '../io/stream-encoder.ts';
import { AB_OPTIONS, readPipelineOrPair, switchOnSignal } from './ab-option.ts';
import { abortOnSignals } from './abort-on-signals.ts';
import {
  AIR_OPTIONS,
  blockFramesFor,
  openEvents,
  openRunInput,
  type RunInput,
  refuseCheckpointsOnAir,
  threadsFor,
} from './air-options.ts';
import { CHECKPOINT_OPTIONS, checkpointOf, resumptionOf } from './checkpoint-options.ts';
import { type Arguments, COMMAND_NAMES, type Command } from './command.ts';
import { DECISION_OPTIONS, openDecisionLog } from './decision-log.ts';
import { delayLine } from './latency-line.ts';
import { LOUDNESS_LOG_OPTIONS, openLoudnessLog } from './loudness-log-target.ts';
import { MONITOR_OPTIONS, type OpenedMonitor, withMonitor } from './monitor-option.ts';
import { type NamedEnds, namedEnds, openNamedInputs, openNamedOutputs } from './named-ends.ts';
import { list, oneOf, text } from './option-value.ts';
import { OUTPUT_FORMATS } from './output-formats.ts';
import { type ReloadOptions, reloadPipeline } from './reload-pipeline.ts';
import { openReport } from './report-target.ts';
import { conclude, progressLine } from './run-words.ts';
import { ScheduledFile } from './schedule.ts';
import {
  BACKEND_OPTION,
  BLOCK_OPTION,
  backendOf,
  FORMAT_OPTIONS,
  SEED_OPTION,
  seedOf,
  wantedFormatOf,
} from './shared-options.ts';
import { openOutput, openResumedOutput } from './standard-streams.ts';
import { openStats, STATS_OPTIONS } from './stats-target.ts';

/** `auralis-stream [PIPELINE] [IN] [OUT]`: the main job. */
export const runCommand: Command = {
  words: [
    ['pipeline', 'a pipeline file, or the name of a shipped one'],
    ['in', 'WAV, AIFF, AU, Wave64, FLAC, MP3, Ogg Vorbis, and more with ffmpeg; - or nothing is stdin'],
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
    'no-metadata': { type: 'boolean', describe: 'leave titles, bext, iXML, cart and id3 out' },
    'on-track': {
      type: 'string',
      requiresArg: true,
      describe: 'where another WAV follows in the input: keep the state of the stages (default), or reset it',
    },
    'on-format-change': {
      type: 'string',
      requiresArg: true,
      describe:
        'where that has another rate or other channels: stop, with what came before (default), or convert it to the first',
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
    ...AB_OPTIONS,
    ...AIR_OPTIONS,
    ...LOUDNESS_LOG_OPTIONS,
    ...MONITOR_OPTIONS,
    ...CHECKPOINT_OPTIONS,
    ...DECISION_OPTIONS,
    ...STATS_OPTIONS,
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
  run: (args) => withMonitor(args, (monitor) => run(args, monitor)),
};

/** What the command line says of the run itself. */
type Checked = Omit<
  RunOptions,
  | 'input'
  | 'inputName'
  | 'metadataBehind'
  | 'output'
  | 'inputs'
  | 'outputs'
  | 'report'
  | 'signal'
  | 'onStart'
  | 'onEvent'
  | 'onProgress'
>;

async function run(args: Arguments, monitor: OpenedMonitor | null): Promise<number> {
  refuseCheckpointsOnAir(args);
  const wanted = text(args, 'pipeline');
  if (wanted === undefined) throw await noPipeline();
  const threads = threadsFor(args);
  const crew = hireThreads(threads);
  const allowOutside = args['allow-outside'] === true;
  const format = wantedFormatOf(args);
  const readFile = async (path: string) => {
    const file = await readPipelineOrPair(args, path, { otherNames: COMMAND_NAMES, allowOutside });
    return withFormat(withSettings(file, list(args, 'set')), format);
  };
  const source = new ScheduledFile(wanted, readFile);
  const pipeline = await source.read();
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
    blockFrames: blockFramesFor(args),
    ...{ threads, crew },
    onTrack: oneOf(args, 'on-track', ['keep', 'reset']),
    onFormatChange: oneOf(args, 'on-format-change', FORMAT_CHANGES),
    metadata: args['no-metadata'] !== true,
    partial: args.partial === true,
    strict: args.strict === true,
    resume: await resumptionOf(args, args.quiet === true),
  };
  const ends = namedEnds(args, pipeline);
  const ownFiles = ['pipeline', 'automation', 'in', 'out'].flatMap((name) => text(args, name) ?? []);
  const events = openEvents(args, [...ownFiles, ...ends.inputs.values(), ...ends.outputs.values()]);
  const input = await openRunInput(args, options, (event) => {
    events.tell(event);
    const text = [event.event, event.stage, event.reason].filter((word) => word !== undefined).join(', ');
    monitor?.server.event({ frame: event.frame, kind: 'air', text });
  });
  let inputs: Readonly<Record<string, NamedInput>> = {};
  try {
    inputs = openNamedInputs(ends.inputs);
    return await carry(args, options, { ends, input, inputs, source, watched, monitor });
  } finally {
    // A pipe that is still open would keep the process waiting.
    for (const { stream } of [input, ...Object.values(inputs)]) stream.destroy();
    await crew?.close();
    events.close();
  }
}

/** What the run reads, and from where the pipeline can be read again. */
interface Opened extends Pick<ReloadOptions, 'source' | 'watched'> {
  readonly ends: NamedEnds;
  readonly input: RunInput;
  readonly inputs: Readonly<Record<string, NamedInput>>;
  readonly monitor: OpenedMonitor | null;
}

/** Opens the other ends, carries the audio and tells how it went. */
async function carry(
  args: Arguments,
  options: Checked,
  { ends, input, inputs, monitor, ...reloading }: Opened,
): Promise<number> {
  const force = args.force === true;
  const out = text(args, 'out');
  const { resume } = options;
  const rules = {
    force,
    inputs: [text(args, 'in'), ...ends.inputs.values()],
    pipeline: text(args, 'pipeline'),
    asStream: args.checkpoint !== undefined,
  };
  const output = resume ? await openResumedOutput(out, resume.checkpoint, rules) : openOutput(out, rules);
  const reads = ['pipeline', 'automation', 'in'].flatMap((name) => text(args, name) ?? []);
  const outputs = openNamedOutputs(ends.outputs, force, {
    inputs: [...reads, ...ends.inputs.values()],
    output: out === '-' ? undefined : out,
  });
  const target = text(args, 'report');
  const inUse = [...reads, ...(out === undefined ? [] : [out])];
  inUse.push(...ends.inputs.values(), ...ends.outputs.values());
  const checkpoint = await checkpointOf(args, target === undefined ? inUse : [...inUse, target]);
  const report = target === undefined ? undefined : openReport(target, force, inUse);
  if (target !== undefined) inUse.push(target);
  const loudnessLog = openLoudnessLog(args, inUse);
  const log = openDecisionLog(args, inUse);
  const stats = openStats(args, inUse);
  const progress = args.quiet === true ? null : await progressLine();
  const signals = abortOnSignals([output, ...Object.values(outputs)]);
  let endReload: (() => void) | undefined;
  let endSwitching: (() => void) | undefined;
  try {
    const summary = await runPipeline({
      ...options,
      input: input.stream,
      inputName: input.name,
      raw: input.raw,
      sampleFormat: input.sampleFormat,
      onStage: input.onStage,
      metadataBehind: input.metadataBehind,
      output,
      inputs,
      outputs,
      report,
      loudnessLog,
      checkpoint,
      onDecision: log.take,
      compare: log.compare ?? (stats ? () => {} : undefined),
      stats: stats?.stats,
      signal: signals.signal,
      metered: monitor !== null,
      onEvent: monitor ? (event) => monitor.server.event(event) : undefined,
      onStart: (control) => {
        monitor?.server.attach(control.live);
        if (monitor && args.quiet !== true) {
          process.stderr.write(`auralis-stream: monitor at ${monitor.address}\n`);
        }
        const tell = (line: string): void => {
          if (args.quiet !== true) process.stderr.write(`auralis-stream: ${line}\n`);
        };
        endReload = reloadPipeline({
          ...reloading,
          first: options.pipeline,
          control,
          tell: (line) => {
            monitor?.server.event({ frame: control.live.frame, kind: 'reload', text: line });
            tell(line);
          },
        });
        if (args.ab !== undefined) endSwitching = switchOnSignal(control, tell);
      },
      onOpen: ({ sampleRate }, latency) => {
        if (args.live !== true || args.quiet === true) return;
        process.stderr.write(`auralis-stream: ${delayLine((latency / sampleRate) * 1000, input.held)}\n`);
      },
      onProgress: progress ? (now) => progress.show(now) : undefined,
    });
    progress?.end();
    log.conclude(summary.comparison);
    conclude(summary, args);
    stats?.tell(summary);
    if (input.hasStalled() && args.quiet !== true) {
      process.stderr.write(
        `auralis-stream: warning: ${input.name}: gave nothing for ${args['stall-timeout']}\n`,
      );
    }
    return signals.exitCode();
  } finally {
    progress?.end();
    loudnessLog?.close();
    log.end();
    endReload?.();
    endSwitching?.();
    signals.release();
  }
}

async function noPipeline(): Promise<Error> {
  const names = (await shippedPipelines()).join(', ');
  return usageError(
    `no pipeline given: auralis-stream PIPELINE [IN] [OUT], with a file or one of ${names}; see --help`,
  );
}

/** The file that `--watch` is about. */
function watchedFile(pipeline: string): string {
  if (isShippedName(pipeline)) {
    throw usageError(`--watch: "${pipeline}" comes with the package and does not change, give a file`);
  }
  return pipeline;
}
