import { closeSync, fstatSync, openSync, readdirSync, readSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pipelineError } from '../../audio/errors.ts';
import { didYouMean } from '../../audio/nearest.ts';
import { quoted } from '../../audio/shown.ts';
import type { PartFile, PartResolver } from '../../graph/definition.ts';
import { systemReason } from '../files/system-reason.ts';
import { PACKAGE_FOLDER } from '../package-folder.ts';

/** Where the shipped pipelines are, and beneath it the shipped parts. */
export const SHIPPED_FOLDER = fileURLToPath(new URL('pipelines/', PACKAGE_FOLDER));
const SHIPPED_PARTS = join(SHIPPED_FOLDER, 'parts');

/** Far above any pipeline that people write, far below what could fill the memory. */
export const MAX_BYTES = 1 << 20;

/** Whether a word is the name of a shipped pipeline rather than a path. */
export const isShippedName = (nameOrPath: string): boolean => !/[/\\]|\.json$/i.test(nameOrPath);

/** Whether a file, links resolved, is one that comes with the package. */
export const isShippedFile = (path: string): boolean => isBeneath(path, realpathSync(SHIPPED_FOLDER));

/**
 * Finds the files that pipelines name: shipped ones by name, others by a path from the file that names them. Links are
 * resolved first, and what then lies neither beneath that file's folder nor among the shipped ones is refused unless
 * `allowOutside`. Each file is read once, so that a pipeline stays what it is while it runs.
 */
export function partFiles(allowOutside: boolean): PartResolver {
  const read = new Map<string, PartFile>();
  return (reference, from) => {
    const path = isShippedName(reference) ? shippedPart(reference) : partAt(reference, from, allowOutside);
    const file = read.get(path) ?? { where: shownPath(path), path, text: textOf(path, reference) };
    read.set(path, file);
    return file;
  };
}

function shippedPart(name: string): string {
  const names = [SHIPPED_PARTS, SHIPPED_FOLDER].flatMap((folder) =>
    jsonFilesIn(folder).map((file) => [file.slice(0, -'.json'.length), join(folder, file)] as const),
  );
  const found = names.find(([known]) => known === name);
  if (found) return realpathSync(found[1]);
  const known = names.map(([one]) => one);
  const allowed = `expected a path or one of ${known.join(', ')}`;
  throw pipelineError(`no part ${quoted(name)}: ${allowed}${didYouMean(name, known)}`);
}

function partAt(reference: string, from: string | null, allowOutside: boolean): string {
  const folder = from === null ? realpathSync(process.cwd()) : dirname(from);
  const wanted = resolve(folder, reference);
  let path: string;
  try {
    path = realpathSync(wanted);
  } catch (cause) {
    const hint = didYouMean(basename(wanted), jsonFilesIn(dirname(wanted)));
    throw pipelineError(`${quoted(reference)}: ${systemReason(cause)}${hint}`, { cause });
  }
  if (!allowOutside && ![folder, realpathSync(SHIPPED_FOLDER)].some((root) => isBeneath(path, root))) {
    throw pipelineError(
      `${quoted(reference)} is outside of ${shownPath(folder)}, add --allow-outside to read it`,
    );
  }
  return path;
}

function isBeneath(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** A path as short as it can be said from here. */
function shownPath(path: string): string {
  const way = relative(process.cwd(), path);
  return way === '' || way.startsWith('..') ? path : way;
}

function jsonFilesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .sort();
  } catch {
    return [];
  }
}

function textOf(path: string, reference: string): string {
  let fd: number | undefined;
  try {
    fd = openSync(path, 'r');
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw pipelineError(`${quoted(reference)}: is no file`);
    if (stats.size > MAX_BYTES) {
      throw pipelineError(`${quoted(reference)}: more than 1 MiB, too large for a pipeline file`);
    }
    const bytes = Buffer.alloc(stats.size);
    return bytes.toString('utf8', 0, readSync(fd, bytes));
  } catch (cause) {
    if (cause instanceof Error && 'errno' in cause) {
      throw pipelineError(`${quoted(reference)}: ${systemReason(cause)}`, { cause });
    }
    throw cause;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
