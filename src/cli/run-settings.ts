import { usageError } from '../audio/errors.ts';
import { readMovesFile } from '../engine/pipelines/moves-file.ts';
import { isShippedName } from '../engine/pipelines/part-files.ts';
import { shippedPipelines } from '../engine/pipelines/pipeline-files.ts';
import type { RunOptions } from '../engine/run/run-options.ts';
import type { ThreadCrew } from '../engine/threads/thread-crew.ts';
import { withSettings } from '../graph/settings.ts';
import { withFormat } from '../graph/with-format.ts';
import { parseRawFormat } from '../io/sample-format.ts';
import { FORMAT_CHANGES } from '../io/stream-decoder.ts';
import { DITHER_KINDS } from '../io/stream-encoder.ts';
import { readPipelineOrPair } from './ab-option.ts';
import { blockFramesFor, threadsFor } from './air-options.ts';
import { resumptionOf } from './checkpoint-options.ts';
import { type Arguments, COMMAND_NAMES } from './command.ts';
import { type NamedEnds, namedEnds } from './named-ends.ts';
import { list, oneOf, text } from './option-value.ts';
import { OUTPUT_FORMATS } from './output-formats.ts';
import { ScheduledFile } from './schedule.ts';
import { backendOf, seedOf, wantedFormatOf } from './shared-options.ts';

/** What the command line says of the run itself. */
type Settings = Pick<
  RunOptions,
  | 'pipeline'
  | 'automation'
  | 'raw'
  | 'sampleFormat'
  | 'backend'
  | 'dither'
  | 'seed'
  | 'blockFrames'
  | 'threads'
  | 'crew'
  | 'onTrack'
  | 'onFormatChange'
  | 'metadata'
  | 'partial'
  | 'strict'
  | 'resume'
>;

/** All that is known of a run before anything but its pipeline is opened. */
export interface RunSettings {
  readonly settings: Settings;
  /** Reads the pipeline again. */
  readonly source: ScheduledFile;
  /** The file to watch for changes of the pipeline, or null. */
  readonly watched: string | null;
  /** The files of the pipeline's further inputs and outputs. */
  readonly ends: NamedEnds;
}

/** Reads the command line, and the files that it names for the run itself, while the threads of the crew come. */
export async function readSettings(args: Arguments, crew: ThreadCrew | null): Promise<RunSettings> {
  const wanted = text(args, 'pipeline');
  if (wanted === undefined) throw await noPipeline();
  const allowOutside = args['allow-outside'] === true;
  const format = wantedFormatOf(args);
  const source = new ScheduledFile(wanted, async (path) => {
    const file = await readPipelineOrPair(args, path, { otherNames: COMMAND_NAMES, allowOutside });
    return withFormat(withSettings(file, list(args, 'set')), format);
  });
  const pipeline = await source.read();
  const watched = args.watch === true ? watchedFile(wanted) : null;
  const moves = text(args, 'automation');
  const raw = text(args, 'raw');
  const settings: Settings = {
    pipeline,
    automation: moves === undefined ? [] : await readMovesFile(moves),
    raw: raw === undefined ? undefined : parseRawFormat(raw),
    sampleFormat: oneOf(args, 'format', OUTPUT_FORMATS),
    backend: backendOf(args),
    dither: oneOf(args, 'dither', DITHER_KINDS),
    seed: seedOf(args),
    blockFrames: blockFramesFor(args),
    threads: threadsFor(args),
    crew,
    onTrack: oneOf(args, 'on-track', ['keep', 'reset']),
    onFormatChange: oneOf(args, 'on-format-change', FORMAT_CHANGES) ?? 'stop',
    metadata: args['no-metadata'] !== true,
    partial: args.partial === true,
    strict: args.strict === true,
    resume: await resumptionOf(args, args.quiet === true),
  };
  return { settings, source, watched, ends: namedEnds(args, pipeline) };
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
