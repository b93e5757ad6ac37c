import { readFile } from 'node:fs/promises';
import { inputError, usageError } from '../../audio/errors.ts';
import type { BackendName } from '../../dsp/kernel-memory.ts';
import { type Genre, type MasteringPreset, parsePreset } from '../../mastering/mastering-target.ts';
import {
  parseReferenceProfile,
  type ReferenceProfile,
  type ReferenceRecording,
  referenceProfile,
} from '../../mastering/reference-profile.ts';
import { analyze } from '../analysis/analyze.ts';
import { systemReason } from '../files/system-reason.ts';
import { contentOf, MASTERING_MEASURES, viewLevels } from './measured-content.ts';
import { isShippedName } from './part-files.ts';
import { allGenres, shippedPresets } from './shipped-targets.ts';

/**
 * Reads a preset: the name of a shipped one, or the path of a file (with a slash or `.json` in it).
 * @throws AuralisError of kind `usage`
 */
export async function readPreset(nameOrPath: string): Promise<MasteringPreset> {
  if (isShippedName(nameOrPath)) return shippedPresets.get(nameOrPath);
  const text = await readFile(nameOrPath, 'utf8').catch((cause) => {
    throw usageError(`${nameOrPath}: ${systemReason(cause)}`, { cause });
  });
  return parsePreset(text, nameOrPath);
}

/** All genres that come with the package, by name. */
export const readGenres = async (): Promise<readonly Genre[]> => allGenres();

/** Told what is wrong with a recording that is read all the same. */
type OnWarning = (file: string, warning: string) => void;

/** The profile that recordings have in common. @throws AuralisError of kind `input`, also for one that is silent */
export async function profileRecordings(
  files: readonly string[],
  backend: BackendName | 'auto' = 'auto',
  onWarning: OnWarning = () => {},
): Promise<ReferenceProfile> {
  const recordings: ReferenceRecording[] = [];
  for (const file of files) {
    const { analysis, warnings } = await analyze(file, { only: MASTERING_MEASURES, backend });
    for (const warning of warnings) onWarning(file, warning);
    const { loudness, range, crest, width, bark, kind } = contentOf(analysis);
    if (bark === null || kind === 'silence')
      throw inputError(`${file}: is silent or too short for a profile`);
    const [mid, side] = [viewLevels(analysis, 'mid'), viewLevels(analysis, 'side')];
    recordings.push({ loudness, range, crest, width, programme: bark, mid, side });
  }
  return referenceProfile(recordings);
}

/** Reads a reference: a profile (`.json`), or a recording whose profile is taken. */
export async function readReference(
  path: string,
  backend: BackendName | 'auto',
  onWarning?: OnWarning,
): Promise<ReferenceProfile> {
  if (!/\.json$/i.test(path)) return profileRecordings([path], backend, onWarning);
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw usageError(`${path}: ${systemReason(cause)}`, { cause });
  });
  return parseReferenceProfile(text, path);
}
