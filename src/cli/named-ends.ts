import { type Stats, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { inputError, outputError, usageError } from '../audio/errors.ts';
import { didYouMean } from '../audio/nearest.ts';
import { quoted } from '../audio/shown.ts';
import type { OutputSink } from '../engine/files/output-sink.ts';
import type { NamedInput } from '../engine/files/side-input.ts';
import type { PipelineDefinition } from '../graph/definition.ts';
import type { Arguments } from './command.ts';
import { descriptorOf } from './descriptor.ts';
import { namedInput, openDescriptorOutput, openInput, openOutput } from './standard-streams.ts';

/** Files and descriptors of a pipeline's further inputs and outputs, by name. */
export interface NamedEnds {
  readonly inputs: ReadonlyMap<string, string>;
  readonly outputs: ReadonlyMap<string, string>;
}

/** One of the two ends: its option, the argument that has its first name, and its further names in the pipeline. */
interface End {
  readonly option: '--in' | '--out';
  readonly first: string;
  readonly names: readonly string[];
}

/** Reads `--in NAME=FILE` and `--out NAME=FILE` against what the pipeline names: each name once, and all of them. */
export function namedEnds(args: Arguments, { inputs, outputs }: PipelineDefinition): NamedEnds {
  const [firstIn, ...moreIn] = inputs;
  const [firstOut, ...moreOut] = outputs.map(({ name }) => name);
  return {
    inputs: read(args, { option: '--in', first: firstIn, names: moreIn }),
    outputs: read(args, { option: '--out', first: firstOut, names: moreOut }),
  };
}

function read(args: Arguments, { option, first, names }: End): ReadonlyMap<string, string> {
  const given = args[option] ?? [];
  const paths = new Map<string, string>();
  for (const text of (Array.isArray(given) ? given : [given]).map(String)) {
    const at = text.indexOf('=');
    const [name, path] = [text.slice(0, at), text.slice(at + 1)];
    if (at <= 0 || path === '') {
      throw usageError(`${option} ${quoted(text)}: expected NAME=FILE, or NAME=fd:N`);
    }
    if (name === first) {
      throw usageError(`${option} ${name}: is ${option.slice(2).toUpperCase()}, give it as an argument`);
    }
    if (!names.includes(name)) {
      const known = names.length > 0 ? `, it has ${names.join(', ')}` : '';
      const what = option === '--in' ? 'input' : 'output';
      throw usageError(
        `${option} ${quoted(name)}: the pipeline has no further ${what} of that name${didYouMean(name, names) || known}`,
      );
    }
    if (paths.has(name)) throw usageError(`${option} ${name}: is given twice`);
    paths.set(name, path);
  }
  const missing = names.find((name) => !paths.has(name));
  if (missing !== undefined) {
    const what = option === '--in' ? 'takes a second input' : 'has a further output';
    throw usageError(`the pipeline ${what} "${missing}": add ${option} ${missing}=FILE`);
  }
  return paths;
}

/** Opens the further inputs; all are closed again when one of them can't be opened. */
export function openNamedInputs(paths: NamedEnds['inputs']): Record<string, NamedInput> {
  const opened: Record<string, NamedInput> = {};
  try {
    for (const [name, path] of paths) {
      const fd = descriptorOf(path, `--in ${name}=${path}`, inputError);
      if (path === '-') throw usageError(`--in ${name}=-: stdin is IN, name a file or fd:N`);
      opened[name] = fd === null ? openInput(path) : namedInput(path, fd);
    }
    return opened;
  } catch (error) {
    for (const { stream } of Object.values(opened)) stream.destroy();
    throw error;
  }
}

/**
 * Opens the further outputs. `outputs` and `inputs` are the paths of the run's other ends: none of those may be written
 * over, and no two outputs may be one file.
 */
export function openNamedOutputs(
  paths: NamedEnds['outputs'],
  force: boolean,
  others: { readonly inputs: readonly string[]; readonly output: string | undefined },
): Record<string, OutputSink> {
  const taken: [string, string][] = others.output === undefined ? [] : [[others.output, 'OUT']];
  for (const [name, path] of paths) {
    const option = `--out ${name}=${path}`;
    if (path === '-') throw usageError(`${option}: stdout is OUT, name a file or fd:N`);
    const twin = taken.find(([other]) => isSame(other, path));
    if (twin) throw usageError(`${option}: is ${twin[1]} too, choose another file`);
    if (others.inputs.some((input) => isSame(input, path))) {
      throw usageError(`${option}: is read by the run, choose another output`);
    }
    taken.push([path, `--out ${name}`]);
  }
  return Object.fromEntries(
    [...paths].map(([name, path]) => {
      const fd = descriptorOf(path, `--out ${name}=${path}`, outputError);
      return [name, fd === null ? openOutput(path, { force, inputs: [] }) : openDescriptorOutput(path, fd)];
    }),
  );
}

/** Whether two paths lead to one file, there or not yet; devices such as /dev/null may be shared. */
function isSame(a: string, b: string): boolean {
  const [there, other] = [a, b].map((path): Stats | undefined => statSync(path, { throwIfNoEntry: false }));
  if (there === undefined || other === undefined) return resolve(a) === resolve(b);
  return there.isFile() && there.ino === other.ino && there.dev === other.dev;
}
