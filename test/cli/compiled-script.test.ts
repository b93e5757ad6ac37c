import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAIN } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'compiled-'));
const bundle = join(folder, 'dist/cli');
const root = join(dirname(MAIN), '../..');

/** The files that a run of a shipped pipeline reads, where nobody else is. */
beforeAll(() => {
  for (const name of ['package.json', 'pipelines'])
    cpSync(join(root, name), join(folder, name), { recursive: true });
  const wanted = /^(main|command-line|compiled-script|graph-work(er)?)\.js$|^package\.json$|\.compiled$/;
  for (const name of readdirSync(dirname(MAIN)).filter((name) => wanted.test(name))) {
    cpSync(join(dirname(MAIN), name), join(bundle, name));
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

const { version, platform, arch } = process;
const ending = `.${version}-${platform}-${arch}.compiled`;
const compiled = (name: string): string => join(bundle, `${name}${ending}`);

/** What the copy makes of 2000 frames. */
function master(flags: readonly string[] = [], options: readonly string[] = []): Buffer {
  const raw = Uint8Array.from({ length: 8000 }, (_, n) => (n * n) & 127);
  const words = [...flags, join(bundle, 'main.js'), 'mastering', '--raw', 's16le:44100:2', ...options];
  return execFileSync(process.execPath, words, { input: raw });
}

describe('what V8 compiled of the command line and its 3 kinds of threads when they were built', () => {
  it('lies there for one version of Node, system and processor: this one', () => {
    const names = readdirSync(bundle).filter((name) => name.endsWith('.compiled'));
    expect(names).toEqual(
      ['command-line', 'graph-work', 'spectrum-work', 'track-work'].map((name) => `${name}${ending}`),
    );
  });

  it.each([
    ['command-line', []],
    ['graph-work', ['--threads', '2']],
  ])(
    'changes no byte of 8000, %s refused by V8 under another flag, cut short, or gone, in a folder that stays as it is',
    (name, options) => {
      const files = readdirSync(bundle);
      const output = master([], options);
      expect(output.length).toBe(8000);
      expect(master(['--no-opt'], options)).toEqual(output);
      writeFileSync(compiled(name), readFileSync(compiled(name)).subarray(0, 100_000));
      expect(master([], options)).toEqual(output);
      expect(readdirSync(bundle)).toEqual(files);
      rmSync(compiled(name));
      expect(master([], options)).toEqual(output);
      expect(readdirSync(bundle)).toEqual(files.filter((file) => join(bundle, file) !== compiled(name)));
    },
  );
});
