import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, extname, join, relative, resolve, sep } from 'node:path';
import { outputError, usageError } from '../audio/errors.ts';
import { makeFolder } from '../engine/files/make-folder.ts';
import { systemReason } from '../engine/files/system-reason.ts';
import { removeStaleParts } from '../engine/files/unfinished-file.ts';
import { writeWhole } from '../engine/files/write-whole.ts';
import { batchPage } from '../monitor/batch-page.ts';
import type { BatchProgress } from '../monitor/batch-progress.ts';
import { type BatchReport, batchReportJson, type TrackStatus } from '../monitor/batch-report.ts';
import { checkOutputs } from './check-outputs.ts';
import { type FoundFile, findFiles } from './find-files.ts';
import { foldJournals, readJournals } from './journal.ts';
import { checkTemplate, DEFAULT_TEMPLATE, outputPaths } from './output-paths.ts';
import { type FileJob, jobCount, type ProcessFilesOptions, processFiles } from './process-files.ts';
import { requireRegular } from './require-regular.ts';

export interface BatchOptions extends Pick<FileJob, 'pipeline' | 'normalize'> {
  /** Files, folders and patterns. */
  readonly inputs: readonly string[];
  /** The folder that the outputs go to. */
  readonly folder: string;
  /** Names of the outputs. @default '{name}.{ext}' */
  readonly template?: string | undefined;
  /** What the tracks are mastered towards: a preset of the package, or a file. */
  readonly preset?: string | undefined;
  /** The folder for what was decided and why; beside the outputs where there is none. */
  readonly decisions?: string | undefined;
  /** Whether the tracks of a folder get one gain. @default false */
  readonly album?: boolean | undefined;
  /** Of this package. */
  readonly version: string;
}

/** How a batch is run. */
export interface RunBatchOptions
  extends Pick<
    ProcessFilesOptions,
    'concurrency' | 'signal' | 'onProgress' | 'overwrite' | 'ifOffBy' | 'queue'
  > {
  /** Whether what an earlier run finished is left as it is. @default false */
  readonly skipDone?: boolean | undefined;
}

/** The jobs that words mean, in the order in which they were found. */
export function planBatch(options: BatchOptions): readonly FileJob[] {
  const { inputs, folder, template = DEFAULT_TEMPLATE, album, pipeline, normalize, preset } = options;
  checkTemplate(template);
  const files = findFiles(inputs, folder);
  if (files.length === 0) throw usageError(`${inputs.join(', ')}: no audio file is in there`);
  const outputs = outputPaths(files, folder, template);
  const jobs = files.map((file, n) => ({
    input: file.path,
    output: outputs[n],
    pipeline,
    normalize,
    master: preset === undefined ? undefined : { preset, decisions: decisionsOf(outputs[n], options) },
    album: album ? albumOf(file) : undefined,
  }));
  checkOutputs(jobs);
  return jobs;
}

const albumOf = ({ path }: FoundFile): string => dirname(resolve(path));

/** Beside the output or at the same place in the folder for decisions: `song.wav` has `song.decisions.jsonl`. */
function decisionsOf(output: string, { folder, decisions = folder }: BatchOptions): string {
  const bare = output.slice(0, output.length - extname(output).length);
  return join(decisions, `${relative(folder, bare)}.decisions.jsonl`);
}

/** Does all jobs, and leaves a journal in the folder of the outputs. */
export async function runBatch(
  jobs: readonly FileJob[],
  batch: BatchOptions,
  { skipDone = false, ...options }: RunBatchOptions,
): Promise<BatchReport> {
  const { folder, version } = batch;
  const { queue } = options;
  makeFolder(folder);
  requireWritable(folder);
  for (const path of reportFiles(folder)) requireRegular(path, outputError);
  checkExisting(jobs, folder, { skipDone, overwrite: options.overwrite ?? false });
  removeParts(folder, jobs);
  const began = new Date();
  const journal = { folder, version, skipDone };
  let widest = queue ? 0 : jobCount(options.concurrency ?? 'auto');
  const onProgress = (news: BatchProgress): void => {
    if (news.type !== 'queue') widest = Math.max(widest, news.lane + 1);
    options.onProgress?.(news);
  };
  const tracks = await processFiles(jobs, { ...options, onProgress, journal });
  if (queue && !options.signal?.aborted) {
    foldJournals(folder);
    removeParts(folder, jobs);
  }
  const count: Record<TrackStatus, number> = { finished: 0, done: 0, skipped: 0, failed: 0, cancelled: 0 };
  for (const { status } of tracks) count[status]++;
  return {
    schema: 1,
    version,
    began: began.toISOString(),
    work: workInWords(batch),
    jobs: widest,
    elapsed: (Date.now() - began.getTime()) / 1000,
    count,
    tracks,
  };
}

const reportFiles = (folder: string): readonly string[] =>
  ['report.json', 'report.html'].map((name) => join(folder, name));

/** Writes `report.json` and `report.html` into the folder of the outputs. */
export function writeReport(report: BatchReport, folder: string): void {
  const [json, page] = reportFiles(folder);
  writeWhole(json, batchReportJson(report));
  writeWhole(page, batchPage(report, folder));
}

/** Refuses a folder in which nothing can be made, before anything is read in vain. */
function requireWritable(folder: string): void {
  try {
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    throw outputError(`${folder}: ${systemReason(cause)}`, { cause });
  }
}

function workInWords({ pipeline, normalize, preset }: BatchOptions): string {
  if (preset !== undefined) return `master, preset ${preset}`;
  return normalize ? `normalize to ${normalize.target} LUFS` : `pipeline ${String(pipeline)}`;
}

/** Refuses to write over what no earlier run is known to have written. */
function checkExisting(
  jobs: readonly FileJob[],
  folder: string,
  { skipDone, overwrite }: { readonly skipDone: boolean; readonly overwrite: boolean },
): void {
  if (overwrite) return;
  const ours = skipDone ? readJournals(folder) : new Map<string, unknown>();
  const there = jobs.filter(({ output }) => {
    const name = relative(folder, output).split(sep).join('/');
    return !ours.has(name) && existsSync(output);
  });
  if (there.length === 0) return;
  const others = there.length > 1 ? ` and ${there.length - 1} more` : '';
  throw usageError(
    `${there[0].output}${others}: exists, add --skip-done to go on with an earlier run or --force to write over it`,
  );
}

/** Removes what runs that were killed on this machine have left; what is being written stays. */
function removeParts(folder: string, jobs: readonly FileJob[]): void {
  const written = jobs.flatMap(({ output, master }) => [output, master?.decisions ?? output]);
  for (const place of new Set([folder, ...written.map((path) => dirname(path))])) {
    if (existsSync(place) && statSync(place).isDirectory()) removeStaleParts(place);
  }
}
