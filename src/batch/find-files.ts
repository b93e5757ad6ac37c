import { existsSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path';
import { inputError } from '../audio/errors.ts';
import { systemReason } from '../engine/files/system-reason.ts';
import { globBase, globExpression, isGlob, searchFolder } from './glob.ts';

/** Extensions of files that a folder is searched for; a file that is named is taken whatever it is called. */
export const AUDIO_EXTENSIONS: readonly string[] =
  '.aac .ac3 .aif .aifc .aiff .ape .au .bwf .caf .flac .m4a .m4b .mka .mp2 .mp3 .oga .ogg .opus .rf64 .snd .tta .w64 .wav .wave .wma .wv'.split(
    ' ',
  );

/** A file to be processed. */
export interface FoundFile {
  readonly path: string;
  /** Its place in the structure that the outputs mirror, with `/`. */
  readonly place: string;
}

/**
 * The files that words mean: a folder is searched to its depths and keeps its structure, and so is a pattern from its first
 * wildcard on; files keep theirs from the folder that all of them are in. What is in `outputs` is passed over. A folder that can't be
 * looked into stands among the files: its track will say why.
 * @throws AuralisError of kind `input` for a word that means nothing
 */
export function findFiles(words: readonly string[], outputs: string): readonly FoundFile[] {
  const place = placeOf(outputs);
  const isOutput = (path: string): boolean => placeOf(path) === place;
  const named: string[] = [];
  const found: FoundFile[] = [];
  const folders: string[] = [];
  for (const word of words) {
    const there = statOf(word);
    if (there?.isDirectory()) folders.push(word);
    else if (there === undefined && isGlob(word)) found.push(...matches(word, isOutput));
    else if (there === undefined) throw inputError(`${word}: ${NOTHING}`);
    else named.push(word);
  }
  for (const folder of folders) {
    // Several folders keep their own names, so that what is called alike in them stays apart.
    const inside = folders.length > 1 ? `${basename(resolve(folder))}/` : '';
    const { files, closed } = searched(folder, isOutput);
    const audio = [...files.filter(hasAudioName), ...closed];
    found.push(...audio.map((path) => ({ path: join(folder, path), place: `${inside}${path}` })));
  }
  const common = commonFolder(named);
  found.push(...named.map((path) => ({ path, place: relative(common, resolve(path)).split(sep).join('/') })));
  return unique(found);
}

/** Where a folder is, by whatever links it is reached. */
const placeOf = (path: string): string => (existsSync(path) ? realpathSync(path) : resolve(path));

const NOTHING = 'no such file, folder or pattern';

function statOf(path: string) {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (cause) {
    throw inputError(`${path}: ${systemReason(cause)}`, { cause });
  }
}

function searched(folder: string, skip: (path: string) => boolean) {
  try {
    return searchFolder(folder, skip);
  } catch (cause) {
    throw inputError(`${folder}: ${systemReason(cause)}`, { cause });
  }
}

const hasAudioName = (path: string): boolean => AUDIO_EXTENSIONS.includes(extname(path).toLowerCase());

function matches(pattern: string, isOutput: (path: string) => boolean): FoundFile[] {
  const { base, rest } = globBase(pattern);
  const expression = globExpression(rest);
  const { files, closed } = statOf(base)?.isDirectory()
    ? searched(base, isOutput)
    : { files: [], closed: [] };
  // Whether something matches in a closed folder is not known, but where its depth does not count.
  const inDoubt = rest.includes('**') ? closed : [];
  const found = [...files.filter((path) => expression.test(path)), ...inDoubt];
  if (found.length === 0) throw inputError(`${pattern}: no file matches`);
  return found.map((place) => ({ path: join(base, place), place }));
}

/** The deepest folder that all files are in. */
function commonFolder(paths: readonly string[]): string {
  const [first = [], ...others] = paths.map((path) => dirname(resolve(path)).split(sep));
  const same = first.findIndex((part, n) => others.some((parts) => parts[n] !== part));
  return first.slice(0, same === -1 ? first.length : same).join(sep) || sep;
}

/** Each file once, where it was found first. */
function unique(files: readonly FoundFile[]): FoundFile[] {
  const seen = new Map(files.toReversed().map((file) => [resolve(file.path), file]));
  return files.filter((file) => seen.get(resolve(file.path)) === file);
}
