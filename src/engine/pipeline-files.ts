import { open, readdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pipelineError } from '../audio/errors.ts';
import { didYouMean } from '../audio/nearest.ts';
import type { PipelineDefinition } from '../graph/definition.ts';
import { parsePipeline } from '../graph/parse-pipeline.ts';
import { systemReason } from './system-reason.ts';

export { definePipeline } from '../graph/parse-pipeline.ts';

const SHIPPED_FOLDER = fileURLToPath(new URL('../../pipelines/', import.meta.url));
/** Far above any pipeline that people write, far below what could fill the memory. */
const MAX_BYTES = 1 << 20;

/** Names of the pipelines that come with the package, sorted. */
export async function shippedPipelines(): Promise<readonly string[]> {
  return (await pipelineNamesIn(SHIPPED_FOLDER)).map((name) => name.slice(0, -'.json'.length));
}

/** Whether an argument is the name of a shipped pipeline rather than a path. */
export const isPipelineName = (nameOrPath: string): boolean => !/[/\\]|\.json$/i.test(nameOrPath);

/**
 * Reads a pipeline: a path, or the name of a shipped one (neither a slash nor `.json` in it).
 * `otherNames` are words that could have stood in its place, for the message when there is no such pipeline.
 */
export async function readPipelineFile(
  nameOrPath: string,
  otherNames: readonly string[] = [],
): Promise<PipelineDefinition> {
  if (!isPipelineName(nameOrPath)) return parsePipeline(await readText(nameOrPath), nameOrPath);
  const names = await shippedPipelines();
  if (!names.includes(nameOrPath)) {
    const hint = didYouMean(nameOrPath, [...names, ...otherNames]);
    const allowed = `expected a path or one of ${names.join(', ')}`;
    throw pipelineError(`no pipeline "${nameOrPath}": ${allowed}${hint}`);
  }
  const file = `${nameOrPath}.json`;
  return parsePipeline(await readText(`${SHIPPED_FOLDER}${file}`), file);
}

async function pipelineNamesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => name.endsWith('.json')).sort();
}

async function readText(path: string): Promise<string> {
  const file = await open(path).catch(async (cause) => {
    const neighbours = cause.code === 'ENOENT' ? await pipelineNamesIn(dirname(path)) : [];
    throw pipelineError(`${path}: ${systemReason(cause)}${didYouMean(basename(path), neighbours)}`, {
      cause,
    });
  });
  try {
    const pieces: Uint8Array[] = [];
    let total = 0;
    for await (const piece of file.createReadStream({ autoClose: false, end: MAX_BYTES })) {
      pieces.push(piece);
      total += piece.length;
    }
    if (total > MAX_BYTES) throw pipelineError(`${path}: more than 1 MiB, too large for a pipeline file`);
    return Buffer.concat(pieces).toString('utf8');
  } catch (cause) {
    throw cause instanceof Error && 'errno' in cause
      ? pipelineError(`${path}: ${systemReason(cause)}`, { cause })
      : cause;
  } finally {
    await file.close();
  }
}
