import { runPipeline } from '../engine/run/run.ts';
import type { ThreadCrew } from '../engine/threads/thread-crew.ts';
import { RAW_SAMPLE_FORMATS } from '../io/sample-format.ts';
import { DITHER_KINDS } from '../io/stream-encoder.ts';
import { AB_OPTIONS } from './ab-option.ts';
import { abortOnSignals } from './abort-on-signals.ts';
import { AIR_OPTIONS, refuseCheckpointsOnAir, threadsFor } from './air-options.ts';
import { CHECKPOINT_OPTIONS } from './checkpoint-options.ts';
import type { Arguments, Command } from './command.ts';
import { DECISION_OPTIONS } from './decision-log.ts';
import { crewFrom } from './early-crew.ts';
import { FilesInUse } from './files-in-use.ts';
import { delayLine } from './latency-line.ts';
import { LOUDNESS_LOG_OPTIONS } from './loudness-log-target.ts';
import { MONITOR_OPTIONS, type OpenedMonitor, withMonitor } from './monitor-option.ts';
import { text } from './option-value.ts';
import { OUTPUT_FORMATS } from './output-formats.ts';
import { controlRun } from './run-control.ts';
import { openRunInputs, type RunInputs } from './run-inputs.ts';
import { openRunOutputs, type RunOutputs } from './run-outputs.ts';
import { type RunSettings, readSettings } from './run-settings.ts';
import { conclude, progressLine } from './run-words.ts';
import { say } from './say.ts';
import { BACKEND_OPTION, BLOCK_OPTION, FORMAT_OPTIONS, SEED_OPTION } from './shared-options.ts';
import { STOP_SIGNALS } from './signal-codes.ts';
import { STATS_OPTIONS } from './stats-target.ts';

/** `auralis-stream [PIPELINE] [IN] [OUT]`: the main job. */
export const runCommand: Command = {
  words: [
    ['pipeline', 'a pipeline file, or the name of a shipped one'],
    ['in', 'WAV, AIFF, AU, Wave64, FLAC, MP3, Ogg Vorbis, and more with ffmpeg; - or nothing is stdin'],
    ['out', 'a WAV file, or .flac, .mp3, .opus with ffmpeg; - or nothing is stdout'],
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
  run: (args, early) => withMonitor(args, (monitor) => run(args, early, monitor)),
};

async function run(
  args: Arguments,
  early: ThreadCrew | null,
  monitor: OpenedMonitor | null,
): Promise<number> {
  refuseCheckpointsOnAir(args);
  const crew = crewFrom(early, threadsFor(args));
  try {
    return await open(args, await readSettings(args, crew), monitor);
  } finally {
    await crew?.close();
  }
}

/** Opens what the run reads and writes, and closes it again. */
async function open(args: Arguments, run: RunSettings, monitor: OpenedMonitor | null): Promise<number> {
  const { inputs, outputs } = run.ends;
  const named = ['pipeline', 'automation', 'in', 'out'].flatMap((name) => text(args, name) ?? []);
  const files = new FilesInUse([...named, ...inputs.values(), ...outputs.values()]);
  const reads = await openRunInputs(args, run, files, monitor);
  try {
    const writes = await openRunOutputs(args, run, files);
    try {
      return await carry(args, run, { reads, writes, monitor });
    } finally {
      writes.close();
    }
  } finally {
    reads.close();
  }
}

/** The ends of a run, open. */
interface Ends {
  readonly reads: RunInputs;
  readonly writes: RunOutputs;
  readonly monitor: OpenedMonitor | null;
}

/** Carries the audio and tells how it went. */
async function carry(args: Arguments, run: RunSettings, { reads, writes, monitor }: Ends): Promise<number> {
  const { input, inputs } = reads;
  const { output, outputs, decisions, stats } = writes;
  const quiet = args.quiet === true;
  const progress = quiet ? null : await progressLine();
  const signals = abortOnSignals([output, ...Object.values(outputs)], STOP_SIGNALS);
  let release: (() => void) | undefined;
  try {
    const summary = await runPipeline({
      ...run.settings,
      input: input.stream,
      inputName: input.name,
      raw: input.raw,
      sampleFormat: input.sampleFormat,
      onStage: input.onStage,
      metadataBehind: input.metadataBehind,
      inputs,
      output,
      outputs,
      report: writes.report,
      loudnessLog: writes.loudnessLog,
      checkpoint: writes.checkpoint,
      onDecision: decisions.take,
      compare: decisions.compare ?? (stats ? () => {} : undefined),
      stats: stats?.stats,
      signal: signals.signal,
      metered: monitor !== null,
      onEvent: monitor ? (event) => monitor.server.event(event) : undefined,
      onStart: (control) => {
        release = controlRun(args, run, monitor, control);
      },
      onOpen: ({ sampleRate }, latency) => {
        if (args.live !== true || quiet) return;
        say(delayLine((latency / sampleRate) * 1000, input.held));
      },
      onProgress: progress ? (now) => progress.show(now) : undefined,
    });
    progress?.end();
    decisions.conclude(summary.comparison);
    conclude(summary, args);
    stats?.tell(summary);
    if (input.hasStalled() && !quiet) {
      say(`warning: ${input.name}: gave nothing for ${args['stall-timeout']}`);
    }
    return signals.exitCode();
  } finally {
    progress?.end();
    release?.();
    signals.release();
  }
}
