import { readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where systems keep fonts. */
const FOLDERS: readonly string[] = [
  '/usr/share/fonts',
  '/usr/local/share/fonts',
  join(homedir(), '.local/share/fonts'),
  join(homedir(), '.fonts'),
  '/System/Library/Fonts',
  '/Library/Fonts',
  'C:\\Windows\\Fonts',
];

/** Plain sans-serif fonts, the ones looked for first before the others. */
const FILES: readonly string[] = [
  'DejaVuSans.ttf',
  'LiberationSans-Regular.ttf',
  'NotoSans-Regular.ttf',
  'Roboto-Regular.ttf',
  'OpenSans-Regular.ttf',
  'FreeSans.ttf',
  'Arial.ttf',
  'arial.ttf',
  'segoeui.ttf',
  'Geneva.ttf',
];

/** The bytes of a sans-serif font of the system, or null where none is known. */
export async function systemFont(): Promise<Uint8Array | null> {
  const found = await Promise.all(FOLDERS.map((folder) => fontsIn(folder)));
  const paths = found.flat();
  for (const file of FILES) {
    const path = paths.find((one) => one.endsWith(file));
    if (path !== undefined) return readFile(path);
  }
  return null;
}

async function fontsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  return names.map((name) => join(folder, name));
}
