import { internalError } from '../audio/errors.ts';
import { checkFile } from './check.ts';
import { MAIN, type PipelineDefinition, type PipelineOrigin, type PipelineRegistry } from './definition.ts';
import { MAX_STAGES } from './file-schema.ts';
import { putInFront } from './in-front.ts';
import { parseJson } from './json-text.ts';
import { type Place, Problems } from './problems.ts';

const NOTHING: PipelineRegistry = { controllers: [], named: [] };

const placeOf = ({ where, path }: PipelineOrigin): Place => ({
  where,
  path,
  usedBy: null,
  chain: path === null ? [] : [path],
});

/**
 * Checks a pipeline given as a value, and the files that it names.
 * @throws AuralisError of kind `pipeline` with all problems, a line each
 */
export function checkPipeline(
  value: unknown,
  origin: PipelineOrigin,
  problems = new Problems(),
): PipelineDefinition {
  const { parts, registry = NOTHING } = origin;
  const file = checkFile(value, placeOf(origin), { problems, parts, registry, room: MAX_STAGES });
  if (file && problems.count === 0 && file.outputs[0]?.name !== MAIN) {
    problems.add(placeOf(origin), 'outputs', 'missing "main", which goes to OUT');
  }
  const error = problems.error();
  if (error) throw error;
  if (file === null) throw internalError('a pipeline without problems has no entries');
  const { name = origin.where, description } = file.source;
  const { inputs, outputs, entries } = putInFront(file, origin.wanted ?? {});
  const { controllers, parameters, automation, source } = file;
  return {
    name,
    description,
    inputs,
    outputs,
    entries,
    controllers,
    parameters,
    automation,
    source,
    origin,
  };
}

/**
 * Checks a pipeline given as a value that names no files; `registry` knows its controllers and names.
 * @throws AuralisError of kind `pipeline` with all problems, a line each
 */
export function definePipeline(
  value: unknown,
  where = 'pipeline',
  registry: PipelineRegistry = NOTHING,
): PipelineDefinition {
  return checkPipeline(value, { where, path: null, parts: null, registry });
}

/** Checks the text of a pipeline file; `origin` names it in messages and finds the files that it names. */
export function parsePipeline(text: string, origin: string | PipelineOrigin): PipelineDefinition {
  const from = typeof origin === 'string' ? { where: origin, path: null, parts: null } : origin;
  const problems = new Problems();
  const value = parseJson(text, placeOf(from), problems);
  const error = value === undefined ? problems.error() : null;
  if (error) throw error;
  return checkPipeline(value, from, problems);
}
