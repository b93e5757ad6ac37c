import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { pipelineError } from '../../audio/errors.ts';
import { didYouMean } from '../../audio/nearest.ts';
import { quoted } from '../../audio/shown.ts';
import type { PipelineDefinition } from '../../graph/definition.ts';
import { definePipeline as checkedPipeline, parsePipeline } from '../../graph/parse-pipeline.ts';
import { readText } from '../files/read-text.ts';
import { isSystemError, systemReason } from '../files/system-reason.ts';
import { isShippedName, MAX_BYTES, partFiles, SHIPPED_FOLDER } from './part-files.ts';
import { pipelineRegistry } from './pipeline-registry.ts';

/** Checks a pipeline given as a value, which names no files but knows the shipped names. */
export const definePipeline = (value: unknown, where?: string): PipelineDefinition =>
  checkedPipeline(value, where, pipelineRegistry(partFiles(false)));

/** Names of the pipelines that come with the package, sorted. */
export async function shippedPipelines(): Promise<readonly string[]> {
  return (await pipelineNamesIn(SHIPPED_FOLDER)).map((name) => name.slice(0, -'.json'.length));
}

/** How a pipeline file is read. */
export interface ReadPipelineOptions {
  /** Words that could have stood in its place, for the message when there is no such pipeline. */
  readonly otherNames?: readonly string[];
  /** Whether files may name files outside of their folder. @default false */
  readonly allowOutside?: boolean;
}

/** Reads a pipeline: a path, or the name of a shipped one (neither a slash nor `.json` in it). */
export async function readPipelineFile(
  nameOrPath: string,
  { otherNames = [], allowOutside = false }: ReadPipelineOptions = {},
): Promise<PipelineDefinition> {
  const parts = partFiles(allowOutside);
  const finders = { parts, registry: pipelineRegistry(parts) };
  if (!isShippedName(nameOrPath)) {
    const text = await readPipelineText(nameOrPath);
    return parsePipeline(text, { where: nameOrPath, path: await realFile(nameOrPath), ...finders });
  }
  const names = await shippedPipelines();
  if (!names.includes(nameOrPath)) {
    const hint = (await fileHint(nameOrPath)) || didYouMean(nameOrPath, [...names, ...otherNames]);
    const allowed = `expected a path or one of ${names.join(', ')}`;
    throw pipelineError(`no pipeline ${quoted(nameOrPath)}: ${allowed}${hint}`);
  }
  const where = `${nameOrPath}.json`;
  const file = `${SHIPPED_FOLDER}${where}`;
  return parsePipeline(await readPipelineText(file), { where, path: await realFile(file), ...finders });
}

/** A path with its links resolved; that of a pipe (`<(...)` in a shell) has no other. */
const realFile = (path: string): Promise<string> => realpath(path).catch(() => resolve(path));

async function pipelineNamesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => name.endsWith('.json')).sort();
}

async function readPipelineText(path: string): Promise<string> {
  const text = await readText(path, MAX_BYTES).catch(async (cause) => {
    if (!isSystemError(cause)) throw cause;
    const neighbours = cause.code === 'ENOENT' ? await pipelineNamesIn(dirname(path)) : [];
    throw pipelineError(`${path}: ${systemReason(cause)}${didYouMean(basename(path), neighbours)}`, {
      cause,
    });
  });
  if (text === null) throw pipelineError(`${path}: more than 1 MiB, too large for a pipeline file`);
  return text;
}

/** What to write where a file was meant: a name without a slash and `.json` is that of a shipped pipeline. */
async function fileHint(name: string): Promise<string> {
  const there = await stat(name).catch(() => null);
  return there?.isFile() ? `; for the file of that name write ./${name}` : '';
}
