import { type ParseError, parse as parseTolerant, printParseErrorCode } from 'jsonc-parser';
import { type AuralisError, pipelineError } from '../audio/errors.ts';
import { explainIssues } from '../stages/explain-issues.ts';
import { checkEntries } from './check.ts';
import type { PipelineDefinition, PipelineSource } from './definition.ts';
import { fileSchema } from './file-schema.ts';

/** Largest pipeline file that is read, in characters. */
const MAX_CHARACTERS = 1 << 20;

/** Deepest nesting that is read; a pipeline needs five. */
const MAX_NESTING = 64;

/** All problems of a file in one error, a line each. */
const broken = (where: string, problems: readonly string[]): AuralisError =>
  pipelineError(problems.map((problem) => `${where}: ${problem}`).join('\n'));

/** What is wrong with text that is not JSON, and where: line and column from 1. */
function firstJsonError(text: string): string {
  const errors: ParseError[] = [];
  parseTolerant(text, errors, { disallowComments: true });
  const { offset, error } = errors[0] ?? { offset: text.length, error: 0 };
  const before = text.slice(0, offset).split('\n');
  const words = printParseErrorCode(error)
    .replace(/(?!^)([A-Z])/g, ' $1')
    .toLowerCase();
  return `not JSON at line ${before.length}, column ${before[before.length - 1].length + 1}: ${words}`;
}

/** Deepest nesting of lists and objects in a text, whatever stands in its strings. */
function nestingOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[{]|[\]}]/gs)) {
    if (token === '[' || token === '{') deepest = Math.max(deepest, ++depth);
    else if (token === ']' || token === '}') depth -= 1;
  }
  return deepest;
}

function parseJson(given: string, where: string): unknown {
  // Windows editors put a byte order mark in front.
  const text = given.startsWith('\ufeff') ? given.slice(1) : given;
  if (text.length > MAX_CHARACTERS) {
    throw broken(where, [`the file has more than ${MAX_CHARACTERS} characters`]);
  }
  if (nestingOf(text) > MAX_NESTING) throw broken(where, [`nested deeper than ${MAX_NESTING} levels`]);
  try {
    return JSON.parse(text);
  } catch (cause) {
    const what = text.trim() === '' ? 'the file is empty' : firstJsonError(text);
    throw pipelineError(`${where}: ${what}`, { cause });
  }
}

function define(source: PipelineSource, where: string): PipelineDefinition {
  const { entries, problems } = checkEntries(source);
  if (problems.length > 0) throw broken(where, problems);
  const { name = where, description } = source;
  return { name, description, entries, source };
}

/**
 * Checks a pipeline given as a value.
 * @throws AuralisError of kind `pipeline` with all problems, a line each
 */
export function definePipeline(value: unknown, where = 'pipeline'): PipelineDefinition {
  const shape = fileSchema.safeParse(value);
  if (!shape.success) throw broken(where, explainIssues(shape.error, value, fileSchema, ''));
  return define(shape.data, where);
}

/** Checks the text of a pipeline file; `where` names it in messages. */
export function parsePipeline(text: string, where: string): PipelineDefinition {
  return definePipeline(parseJson(text, where), where);
}
