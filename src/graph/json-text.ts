import { type ParseError, parse as parseTolerant, printParseErrorCode, visit } from 'jsonc-parser';
import { quoted } from '../audio/shown.ts';
import { jsonPath } from '../stages/explain-issues.ts';
import type { Place, Problems } from './problems.ts';

/** Largest pipeline file that is read, in characters. */
const MAX_CHARACTERS = 1 << 20;

/** Deepest nesting that is read; a pipeline needs seven. */
const MAX_NESTING = 64;

/** Objects whose names are not those of the schema. */
const NAMED_VALUES: ReadonlySet<unknown> = new Set(['drives', 'hears', 'outputs', 'parameters', 'set']);

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

/** Finds names that are given twice, of which JSON would silently take the last. */
function checkNames(text: string, place: Place, problems: Problems): void {
  const open: Set<string>[] = [];
  visit(text, {
    onObjectBegin: () => {
      open.push(new Set());
    },
    onObjectEnd: () => {
      open.pop();
    },
    onObjectProperty: (name, _offset, _length, _line, _column, path) => {
      const names = open[open.length - 1];
      if (names.has(name)) {
        problems.add(place, jsonPath('', path()), () => `${quoted(name)} is given twice`);
      }
      names.add(name);
      // Among names that a file is free to choose, the schema would not see it.
      if (name === '__proto__' && NAMED_VALUES.has(path().at(-1))) {
        problems.add(place, jsonPath('', path()), () => `unknown ${quoted(name)}`);
      }
    },
  });
}

/** The value of a pipeline file's text; undefined when it is none, which is then among the problems. */
export function parseJson(given: string, place: Place, problems: Problems): unknown {
  // Windows editors put a byte order mark in front.
  const text = given.startsWith('\ufeff') ? given.slice(1) : given;
  if (text.length > MAX_CHARACTERS) {
    problems.add(place, '', `the file has more than ${MAX_CHARACTERS} characters`);
    return undefined;
  }
  if (nestingOf(text) > MAX_NESTING) {
    problems.add(place, '', `nested deeper than ${MAX_NESTING} levels`);
    return undefined;
  }
  try {
    const value: unknown = JSON.parse(text);
    checkNames(text, place, problems);
    return value;
  } catch {
    problems.add(place, '', text.trim() === '' ? 'the file is empty' : firstJsonError(text));
    return undefined;
  }
}
