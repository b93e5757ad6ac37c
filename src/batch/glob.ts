import { type Dirent, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { inputError } from '../audio/errors.ts';
import { isSystemError } from '../engine/files/system-reason.ts';

/** Whether a word is a pattern rather than a path. */
export const isGlob = (word: string): boolean => /[*?[{]/.test(word);

/** A pattern parted into the folder that holds no wildcard and what is matched under it. */
export function globBase(pattern: string): { readonly base: string; readonly rest: string } {
  const parts = pattern.split('/');
  const first = parts.findIndex(isGlob);
  const base = parts.slice(0, first).join('/') || (pattern.startsWith('/') ? '/' : '.');
  return { base, rest: parts.slice(first).join('/') };
}

/** Any number of folders, none of them hidden. */
const FOLDERS = '(?:(?!\\.)[^/]+/)*';

/** Refuses a set such as `z-a`, which holds nothing; whatever else stands in one is fine. */
function checkRanges(set: string, pattern: string): void {
  for (const [range, from, to] of set.matchAll(/(.)-(.)/gsu)) {
    if (from.codePointAt(0)! <= to.codePointAt(0)!) continue;
    throw inputError(`${pattern}: the range "${range}" runs backwards, write "${to}-${from}"`);
  }
}

/**
 * A pattern as an expression for paths with `/`: `*` and `?` within a name, `**` across folders, `[a-z]`, `{a,b}`. Names that
 * begin with a dot match only where the pattern writes the dot.
 * @throws AuralisError of kind `input` for a range that runs backwards
 */
export function globExpression(pattern: string): RegExp {
  let depth = 0;
  const source = pattern.replace(
    /\*\*\/|\*\*|\*|\?|\[(!?)([^\]]+)\]|[{},]|[\\^$.|+()[\]]/g,
    (token, not: string | undefined, set: string | undefined, at: number) => {
      const visible = at === 0 || pattern[at - 1] === '/' ? '(?!\\.)' : '';
      if (set !== undefined) {
        checkRanges(set, pattern);
        return `${visible}[${not ? '^/' : ''}${set.replace(/[\\[\]^]/g, '\\$&')}]`;
      }
      switch (token) {
        case '**/':
          return FOLDERS;
        case '**':
          return `${FOLDERS}(?!\\.)[^/]*`;
        case '*':
          return `${visible}[^/]*`;
        case '?':
          return `${visible}[^/]`;
        case '{':
          depth++;
          return '(?:';
        case ',':
          return depth > 0 ? '|' : ',';
        case '}':
          if (depth === 0) return '\\}';
          depth--;
          return ')';
        default:
          return `\\${token}`;
      }
    },
  );
  return new RegExp(`^${source}${')'.repeat(depth)}$`, 'u');
}

/** Whether a path is known to be no file, nor a link to one; what can't be asked says why when it is opened. */
function isNoFile(path: string): boolean {
  try {
    return !statSync(path).isFile();
  } catch {
    return false;
  }
}

/** What is under a folder, as paths from there with `/`, sorted. */
interface Searched {
  readonly files: readonly string[];
  /** Folders that could not be looked into. */
  readonly closed: readonly string[];
}

/**
 * Searches a folder to its depths. What begins with a dot, links to folders and what is no file, such as a pipe, are left out.
 * Throws what the system says where the folder itself can't be looked into.
 */
export function searchFolder(folder: string, skip: (path: string) => boolean): Searched {
  const files: string[] = [];
  const closed: string[] = [];
  const search = (from: string): void => {
    for (const entry of entriesOf(join(folder, from))) {
      const path = from === '' ? entry.name : `${from}/${entry.name}`;
      const place = join(folder, path);
      if (!entry.isDirectory()) {
        if (entry.isFile() || !isNoFile(place)) files.push(path);
      } else if (!skip(place)) {
        try {
          search(path);
        } catch (error) {
          if (!isSystemError(error)) throw error;
          closed.push(path);
        }
      }
    }
  };
  search('');
  return { files, closed };
}

function entriesOf(folder: string): Dirent[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.'))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
