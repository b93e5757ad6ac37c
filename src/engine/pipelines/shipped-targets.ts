import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { usageError } from '../../audio/errors.ts';
import { didYouMean } from '../../audio/nearest.ts';
import { quoted } from '../../audio/shown.ts';
import {
  type Genre,
  type MasteringPreset,
  parseGenre,
  parsePreset,
} from '../../mastering/mastering-target.ts';
import { PACKAGE_FOLDER } from '../package-folder.ts';

const FOLDER = fileURLToPath(new URL('targets/mastering/', PACKAGE_FOLDER));

/** The JSON files of a folder as values by their names, sorted; each is read once, when it is asked for. */
class TargetFolder<T> {
  readonly #folder: string;
  readonly #what: string;
  readonly #parse: (text: string, name: string) => T;
  readonly #values = new Map<string, T>();
  #names: readonly string[] | null = null;

  constructor(folder: string, what: string, parse: (text: string, name: string) => T) {
    this.#folder = folder;
    this.#what = what;
    this.#parse = parse;
  }

  get names(): readonly string[] {
    this.#names ??= readdirSync(this.#folder)
      .flatMap((file) => (file.endsWith('.json') ? [file.slice(0, -'.json'.length)] : []))
      .sort();
    return this.#names;
  }

  /** @throws AuralisError of kind `usage` for a name that is not there */
  get(name: string): T {
    const { names } = this;
    if (!names.includes(name)) {
      const hint = didYouMean(name, names);
      throw usageError(
        `no ${this.#what} ${quoted(name)}: expected a file or one of ${names.join(', ')}${hint}`,
      );
    }
    const value =
      this.#values.get(name) ?? this.#parse(readFileSync(`${this.#folder}${name}.json`, 'utf8'), name);
    this.#values.set(name, value);
    return value;
  }
}

/** The presets that come with the package. */
export const shippedPresets = new TargetFolder<MasteringPreset>(FOLDER, 'preset', parsePreset);

/** The genres that come with the package. */
export const shippedGenres = new TargetFolder<Genre>(`${FOLDER}genres/`, 'genre', parseGenre);

/** All genres that come with the package, by name. */
export const allGenres = (): readonly Genre[] => shippedGenres.names.map((name) => shippedGenres.get(name));
