import { dirname, extname, join, posix } from 'node:path';
import { usageError } from '../audio/errors.ts';
import { didYouMean } from '../audio/nearest.ts';
import { AUDIO_EXTENSIONS, type FoundFile } from './find-files.ts';

/** What a name of an output is made of, unless it is said. */
export const DEFAULT_TEMPLATE = '{name}.{ext}';

/** What is written, whatever comes in. */
const EXTENSION = 'wav';
const WAV_NAMES = ['.wav', '.wave'];

const FIELDS = ['name', 'type', 'ext'];

/**
 * Checks a template for the names of outputs: `{name}` is the input's without its extension, `{type}` that extension,
 * `{ext}` the output's.
 * @throws AuralisError of kind `usage`
 */
export function checkTemplate(template: string): void {
  const unknown = [...template.matchAll(/\{([^}]*)\}/g)].find(([, field]) => !FIELDS.includes(field));
  if (unknown) {
    const fields = FIELDS.map((field) => `{${field}}`);
    throw usageError(
      `--name "${template}": no field ${unknown[0]}, expected ${fields.join(', ')}${didYouMean(unknown[0], fields)}`,
    );
  }
  if (!template.includes('{name}'))
    throw usageError(`--name "${template}": has no {name}, all outputs would be one`);
  if (/[/\\]/.test(template)) {
    throw usageError(`--name "${template}": is a file's name; folders are those of the inputs`);
  }
}

/**
 * Where each file goes: the structure of the inputs in another folder.
 * @throws AuralisError of kind `usage` when two would be written to one place, or one under a name of another container
 */
export function outputPaths(
  files: readonly FoundFile[],
  folder: string,
  template: string,
): readonly string[] {
  const taken = new Map<string, string>();
  return files.map(({ path, place }) => {
    const extension = extname(place);
    const name = template.replace(/\{(name|type|ext)\}/g, (_, field: string) => {
      if (field === 'name') return posix.basename(place, extension);
      return field === 'type' ? extension.slice(1) : EXTENSION;
    });
    const output = join(folder, dirname(place), name);
    const container = extname(name).toLowerCase();
    if (AUDIO_EXTENSIONS.includes(container) && !WAV_NAMES.includes(container)) {
      throw usageError(
        `--name "${template}": ${path} would become ${name}, but a WAV is written: use .{ext}`,
      );
    }
    const other = taken.get(output);
    if (other !== undefined) {
      throw usageError(`${other} and ${path} would both become ${output}: ${advice(other, path, template)}`);
    }
    taken.set(output, path);
    return output;
  });
}

/** What tells two inputs apart that would become one output. */
function advice(one: string, other: string, template: string): string {
  if (extname(one) !== extname(other) && !template.includes('{type}')) {
    return 'a --name such as "{name}.{type}.{ext}" tells them apart';
  }
  return 'give a folder that both are in, or each a folder of its own';
}
