import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { inputError } from '../../src/audio/errors.ts';
import { findFiles } from '../../src/batch/find-files.ts';
import { globExpression } from '../../src/batch/glob.ts';
import { checkTemplate, outputPaths } from '../../src/batch/output-paths.ts';
import { requireRegular } from '../../src/batch/require-regular.ts';

const folder = mkdtempSync(join(tmpdir(), 'find-files-'));
afterAll(() => rmSync(folder, { recursive: true }));

const NAMES = [
  'A/one.wav',
  'A/three.flac',
  'A/two.AIFF',
  'A/cover.jpg',
  'A/.hidden.wav',
  'B/c/one.wav',
  'out/A/one.wav',
];
for (const name of NAMES) {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), '');
}
const at = (...names: string[]): string[] => names.map((name) => join(folder, name));
const places = (...words: string[]): string[] =>
  findFiles(at(...words), join(folder, 'out')).map(({ place }) => place);

describe('findFiles', () => {
  it('finds the audio in a folder to its depths, and neither what is hidden nor the outputs', () => {
    expect(places('.')).toEqual(['A/one.wav', 'A/three.flac', 'A/two.AIFF', 'B/c/one.wav']);
  });

  // A path of more than 4096 bytes is refused by Linux to whoever asks.
  it.runIf(process.platform === 'linux')(
    'takes a folder that cannot be looked into for a track, which says why',
    () => {
      const deep = join(folder, 'deep');
      mkdirSync(deep);
      writeFileSync(join(deep, 'near.wav'), '');
      const name = 'd'.repeat(250);
      const script =
        'for (let n = 0; n < 17; n++) { fs.mkdirSync(process.argv[1]); process.chdir(process.argv[1]); }';
      execFileSync(process.execPath, ['-e', script, name], { cwd: deep });
      try {
        const found = findFiles([deep], join(folder, 'out'));
        expect(found.map(({ place }) => place.slice(-8))).toEqual(['near.wav', 'dddddddd']);
        expect(() => requireRegular(found[1].path, inputError)).toThrow(/d: name too long$/);
        expect(findFiles([join(deep, '**/*.wav')], join(folder, 'out'))).toHaveLength(2);
        expect(findFiles([join(deep, '*.wav')], join(folder, 'out'))).toHaveLength(1);
      } finally {
        execFileSync('rm', ['-r', deep]);
      }
    },
  );

  it('keeps the names of several folders', () => {
    expect(places('A', 'B')).toEqual(['A/one.wav', 'A/three.flac', 'A/two.AIFF', 'B/c/one.wav']);
  });

  it('keeps the structure of a pattern from its first wildcard on', () => {
    expect(places('B/**/*.wav')).toEqual(['c/one.wav']);
    expect(places('{A,B}/*.{wav,AIFF}')).toEqual(['A/one.wav', 'A/two.AIFF']);
  });

  it('keeps the structure of files from the folder that all are in, and takes each once', () => {
    expect(places('A/one.wav', 'B/c/one.wav', 'A/one.wav')).toEqual(['A/one.wav', 'B/c/one.wav']);
    expect(places('A/one.wav')).toEqual(['one.wav']);
  });

  it.skipIf(process.platform === 'win32')(
    'leaves out a pipe and a link to a folder, and takes a link to a file, or to nothing, which fails by itself',
    () => {
      const links = join(folder, 'links');
      mkdirSync(join(links, 'real'), { recursive: true });
      writeFileSync(join(links, 'real', 'one.wav'), '');
      symlinkSync(join(links, 'real'), join(links, 'folder.wav'));
      symlinkSync(join(links, 'real', 'one.wav'), join(links, 'file.wav'));
      symlinkSync(join(links, 'gone'), join(links, 'nothing.wav'));
      execFileSync('mkfifo', [join(links, 'pipe.wav')]);
      const found = findFiles([links], join(folder, 'out')).map(({ place }) => place);
      expect(found).toEqual(['file.wav', 'nothing.wav', 'real/one.wav']);
    },
  );

  it('refuses a name that is not there and a pattern that matches none, each in one line', () => {
    expect(() => places('A/three.wav')).toThrow(/three\.wav: no such file, folder or pattern/);
    expect(() => places('A/*.mp3')).toThrow(/no file matches/);
  });
});

describe('globExpression', () => {
  it.each([
    ['*.wav', ['a.wav'], ['a/b.wav', '.a.wav', 'a.wave']],
    ['**/*.wav', ['a.wav', 'a/b/c.wav'], ['a/.b/c.wav', 'a.wav/b']],
    ['a?[0-9].wav', ['ab7.wav'], ['a/7.wav', 'abx.wav']],
    ['[!ab]*', ['c', 'cab'], ['a', 'b1', '.c']],
    ['{a,b{c,d}}.wav', ['a.wav', 'bc.wav', 'bd.wav'], ['b.wav', 'c.wav']],
    ['a+(1).wav', ['a+(1).wav'], ['aa1.wav']],
    ['[a-c-e^]', ['a', 'b', '-', 'e', '^'], ['d', '/']],
    ['?[😀-😂].wav', ['🎵😁.wav'], ['ab.wav']],
  ])('%s matches what a shell would', (pattern, yes, no) => {
    const expression = globExpression(pattern);
    expect([...yes, ...no].filter((path) => expression.test(path))).toEqual(yes);
  });

  it('refuses a range that runs backwards, in one line, exit code 1', () => {
    const message = /^\*\[!ab-dz-a\]\.wav: the range "z-a" runs backwards, write "a-z"$/;
    expect(() => globExpression('*[!ab-dz-a].wav')).toThrow(message);
    expect(() => globExpression('*[!ab-dz-a].wav')).toThrow(expect.objectContaining({ exitCode: 1 }));
  });
});

describe('outputPaths', () => {
  const files = [
    { path: 'in/x/a.aiff', place: 'x/a.aiff' },
    { path: 'in/b.tape.wav', place: 'b.tape.wav' },
  ];

  it('mirrors the folders and fills in the name', () => {
    expect(outputPaths(files, 'out', '{name}.master.{ext}')).toEqual([
      join('out', 'x', 'a.master.wav'),
      join('out', 'b.tape.master.wav'),
    ]);
  });

  it('refuses two inputs for one output, and says what tells them apart', () => {
    const both = [...files, { path: 'in/x/a.wav', place: 'x/a.wav' }];
    expect(() => outputPaths(both, 'out', '{name}.{ext}')).toThrow(
      /a\.aiff and .*a\.wav would both become .*\{type\}/,
    );
    expect(outputPaths(both, 'out', '{name}.{type}.{ext}')[2]).toBe(join('out', 'x', 'a.wav.wav'));
  });

  it('says of two inputs of one name and type that a folder tells them apart', () => {
    const files = ['p/x/a.wav', 'q/x/a.wav'].map((path) => ({ path, place: 'x/a.wav' }));
    expect(() => outputPaths(files, 'out', '{name}.{ext}')).toThrow(
      'p/x/a.wav and q/x/a.wav would both become out/x/a.wav: give a folder that both are in, or each a folder of its own',
    );
  });

  it('refuses a name that says another container than the WAV that is written', () => {
    expect(() => outputPaths(files, 'out', '{name}.flac')).toThrow(/a WAV is written: use \.\{ext\}/);
    expect(() => outputPaths(files, 'out', '{name}.{type}')).toThrow(/a\.aiff, but a WAV is written/);
  });

  it('names the nearest field of a template', () => {
    expect(() => checkTemplate('{nam}.wav')).toThrow(/no field \{nam\}.*"\{name\}"/);
    expect(() => checkTemplate('x.{ext}')).toThrow(/no \{name\}/);
    expect(() => checkTemplate('../{name}')).toThrow(/folders are those of the inputs/);
  });
});
