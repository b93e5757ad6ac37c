import { pipelineError } from '../../audio/errors.ts';
import { didYouMean } from '../../audio/nearest.ts';
import { quoted } from '../../audio/shown.ts';
import type { NamedParameter, PartResolver, PipelineRegistry } from '../../graph/definition.ts';
import { pipelineJsonSchema } from '../../graph/json-schema.ts';
import { controllersWith } from '../../mastering/controllers.ts';
import { parsePreset } from '../../mastering/mastering-target.ts';
import { parseReferenceProfile } from '../../mastering/reference-profile.ts';
import { curveOfLevels, tonalCurve } from '../../mastering/tonal-curve.ts';
import { isShippedFile, isShippedName, partFiles } from './part-files.ts';
import { allGenres, shippedGenres, shippedPresets } from './shipped-targets.ts';

/** JSON Schema (draft 2020-12) of a pipeline file with all that comes with the package. */
export const shippedJsonSchema = (): object => pipelineJsonSchema(pipelineRegistry(partFiles(false)));

/** Controllers and named values of pipeline files; `parts` finds the files that are named. */
export function pipelineRegistry(parts: PartResolver): PipelineRegistry {
  const profile = fromFile(parts, parseReferenceProfile);
  const preset = fromFile(parts, parsePreset);
  const curves = (): readonly string[] => [...shippedGenres.names, ...shippedPresets.names];
  const named: readonly NamedParameter[] = [
    {
      of: 'psychoacoustic-eq',
      parameter: 'target',
      doc: 'a genre or a preset, whose curve it is, or the file of a reference profile',
      names: curves,
      resolve: (name, from) => {
        if (!isShippedName(name)) return curveOfLevels(profile(name, from).programme);
        if (shippedGenres.names.includes(name)) return tonalCurve(shippedGenres.get(name).curve);
        if (shippedPresets.names.includes(name)) return tonalCurve(shippedPresets.get(name).curve);
        throw unknownName('curve', name, curves());
      },
    },
    {
      of: 'adaptive',
      parameter: 'preset',
      doc: 'a preset, or the file of one',
      names: () => shippedPresets.names,
      initial: 'adaptive',
      resolve: (name, from) => (isShippedName(name) ? shippedPresets.get(name) : preset(name, from)),
    },
    {
      of: 'adaptive',
      parameter: 'reference',
      doc: 'the file of a reference profile, as `auralis-stream profile` prints it',
      names: () => [],
      resolve: (name, from) => {
        if (!isShippedName(name)) return profile(name, from);
        throw pipelineError(`${quoted(name)} is no file, expected one such as ref.profile.json`);
      },
    },
  ];
  return { controllers: controllersWith(allGenres), named };
}

/** Reads the files that pipelines name, each once. */
function fromFile<T>(parts: PartResolver, parse: (text: string, name: string) => T) {
  const read = new Map<string, T>();
  return (name: string, from: string | null): T => {
    // A shipped pipeline names no files: who names one for it means the working folder.
    const { path, where, text } = parts(name, from !== null && isShippedFile(from) ? null : from);
    const value = read.get(path) ?? parse(text, where);
    read.set(path, value);
    return value;
  };
}

function unknownName(what: string, name: string, names: readonly string[]): Error {
  const hint = didYouMean(name, names);
  return pipelineError(`no ${what} ${quoted(name)}: expected a file or one of ${names.join(', ')}${hint}`);
}
