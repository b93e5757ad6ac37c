import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { inputError, usageError } from '../audio/errors.ts';
import { didYouMean } from '../audio/nearest.ts';
import type { BackendName } from '../dsp/kernel-memory.ts';
import { type Genre, type MasteringPreset, parseGenre, parsePreset } from '../mastering/mastering-target.ts';
import {
  parseReferenceProfile,
  type ReferenceProfile,
  type ReferenceRecording,
  referenceProfile,
} from '../mastering/reference-profile.ts';
import { analyze } from './analyze.ts';
import { contentOf, MASTERING_MEASURES, viewLevels } from './measured-content.ts';
import { systemReason } from './system-reason.ts';

const FOLDER = fileURLToPath(new URL('../../targets/mastering/', import.meta.url));

/** Names of the JSON files of a folder, sorted. */
async function namesIn(folder: string): Promise<readonly string[]> {
  const files = await readdir(folder);
  return files.flatMap((file) => (file.endsWith('.json') ? [file.slice(0, -'.json'.length)] : [])).sort();
}

/** Names of the presets that come with the package, sorted. */
export const shippedPresets = (): Promise<readonly string[]> => namesIn(FOLDER);

/**
 * Reads a preset: the name of a shipped one, or the path of a file (with a slash or `.json` in it).
 * @throws AuralisError of kind `usage`
 */
export async function readPreset(nameOrPath: string): Promise<MasteringPreset> {
  const isPath = /[/\\]|\.json$/i.test(nameOrPath);
  const names = await shippedPresets();
  if (!isPath && !names.includes(nameOrPath)) {
    throw usageError(
      `no preset "${nameOrPath}": expected a file or one of ${names.join(', ')}${didYouMean(nameOrPath, names)}`,
    );
  }
  const text = await readFile(isPath ? nameOrPath : `${FOLDER}${nameOrPath}.json`, 'utf8').catch((cause) => {
    throw usageError(`${nameOrPath}: ${systemReason(cause)}`, { cause });
  });
  return parsePreset(text, nameOrPath);
}

/** All genres that come with the package, by name. */
export async function readGenres(): Promise<readonly Genre[]> {
  const folder = `${FOLDER}genres/`;
  const names = await namesIn(folder);
  return Promise.all(
    names.map(async (name) => parseGenre(await readFile(`${folder}${name}.json`, 'utf8'), name)),
  );
}

/** The profile that recordings have in common. @throws AuralisError of kind `input`, also for one that is silent */
export async function profileRecordings(
  files: readonly string[],
  backend: BackendName | 'auto' = 'auto',
): Promise<ReferenceProfile> {
  const recordings: ReferenceRecording[] = [];
  for (const file of files) {
    const { analysis } = await analyze(file, { only: MASTERING_MEASURES, backend });
    const { loudness, range, crest, width, bark, kind } = contentOf(analysis);
    if (bark === null || kind === 'silence')
      throw inputError(`${file}: is silent or too short for a profile`);
    const [mid, side] = [viewLevels(analysis, 'mid'), viewLevels(analysis, 'side')];
    recordings.push({ loudness, range, crest, width, programme: bark, mid, side });
  }
  return referenceProfile(recordings);
}

/** Reads a reference: a profile (`.json`), or a recording whose profile is taken. */
export async function readReference(path: string, backend: BackendName | 'auto'): Promise<ReferenceProfile> {
  if (!/\.json$/i.test(path)) return profileRecordings([path], backend);
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw usageError(`${path}: ${systemReason(cause)}`, { cause });
  });
  return parseReferenceProfile(text, path);
}
