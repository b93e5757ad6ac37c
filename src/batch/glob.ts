import { readdirSync } from 'node:fs';
import { join } from 'node:path';

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

/**
 * A pattern as an expression for paths with `/`: `*` and `?` within a name, `**` across folders, `[a-z]`, `{a,b}`. Names that
 * begin with a dot match only where the pattern writes the dot.
 */
export function globExpression(pattern: string): RegExp {
  let depth = 0;
  const source = pattern.replace(
    /\*\*\/|\*\*|\*|\?|\[(!?)([^\]]+)\]|[{},]|[\\^$.|+()[\]]/g,
    (token, not: string | undefined, set: string | undefined, at: number) => {
      const visible = at === 0 || pattern[at - 1] === '/' ? '(?!\\.)' : '';
      if (set !== undefined) return `${visible}[${not ? '^/' : ''}${set.replace(/[\\[\]^]/g, '\\$&')}]`;
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
  return new RegExp(`^${source}${')'.repeat(depth)}$`);
}

/** The files under a folder, as paths from there with `/`, sorted; what begins with a dot and links to folders are left out. */
export function filesUnder(folder: string, skip: (path: string) => boolean, from = ''): string[] {
  const entries = readdirSync(join(folder, from), { withFileTypes: true });
  return entries
    .filter(({ name }) => !name.startsWith('.'))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = from === '' ? entry.name : `${from}/${entry.name}`;
      if (!entry.isDirectory()) return [path];
      return skip(join(folder, path)) ? [] : filesUnder(folder, skip, path);
    });
}
