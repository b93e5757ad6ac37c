import { readFileSync } from 'node:fs';
import { PACKAGE_FOLDER } from './package-folder.ts';

/** Version of this package, from its package.json. */
export function packageVersion(): string {
  return JSON.parse(readFileSync(new URL('package.json', PACKAGE_FOLDER), 'utf8')).version;
}
