import { execFileSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { floatWav } from '../engine/wav-of.ts';
import { noise } from '../support/signals.ts';
import { run } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'batch-command-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string): string => join(folder, name);
writeFileSync(path('in.wav'), floatWav(noise(1, 1600, 1, 0.1), 16000));

describe('batch -o', () => {
  it.each(['file', 'file/x/y'])(
    'exits 4 with one line where %s would be a folder in place of a file',
    async (name) => {
      writeFileSync(path('file'), 'mine');
      const { code, stderr } = await run(['batch', path('in.wav'), '-o', path(name), '--pipeline', 'gentle']);
      expect(stderr).toBe(`auralis-stream: ${path('file')}: is a file, expected a folder\n`);
      expect(code).toBe(4);
      expect(readFileSync(path('file'), 'utf8')).toBe('mine');
    },
  );

  it.runIf(process.platform === 'linux')(
    'exits 4 with one line at /proc/x, where no folder can be made',
    async () => {
      const { code, stderr } = await run([
        'batch',
        path('in.wav'),
        '-o',
        '/proc/x/y',
        '--pipeline',
        'gentle',
      ]);
      expect(stderr).toBe('auralis-stream: /proc/x: no such file or directory\n');
      expect(code).toBe(4);
    },
  );
});

describe.skipIf(process.platform === 'win32')('batch and a pipe', () => {
  it('fails that track in 1 line with code 5 and does the other one, an album of them too', async () => {
    execFileSync('mkfifo', [path('pipe.wav')]);
    const works = [
      ['--pipeline', 'gentle'],
      ['--normalize', '-16', '--limit', '--album'],
    ];
    for (const [n, work] of works.entries()) {
      const out = path(`piped-${n}`);
      const { code, stderr } = await run(['batch', path('pipe.wav'), path('in.wav'), '-o', out, ...work]);
      expect(code).toBe(5);
      expect(stderr).toContain(`${path('pipe.wav')}: is no regular file, expected one\n`);
      expect(statSync(join(out, 'in.wav')).size).toBeGreaterThan(44);
    }
  });

  it.each([
    ['.auralis-batch.jsonl', 4],
    ['report.json', 4],
    ['in.wav', 5],
    ['in.decisions.jsonl', 5],
  ])('ends in place of waiting where %s is one: code %i', async (name, expected) => {
    const out = path(`out-${name}`);
    mkdirSync(out);
    execFileSync('mkfifo', [join(out, name)]);
    const { code, stderr } = await run(['batch', path('in.wav'), '-o', out, '--preset', 'warm', '-f']);
    expect(stderr).toContain(`${join(out, name)}: is no regular file, expected one\n`);
    expect(code).toBe(expected);
    expect(lstatSync(join(out, name)).isFIFO()).toBe(true);
  });
});

describe.skipIf(process.platform === 'win32')('batch through a link', () => {
  const prepare = (name: string): string => {
    mkdirSync(path(`${name}/x`), { recursive: true });
    writeFileSync(path(`${name}/x/a.wav`), readFileSync(path('in.wav')));
    symlinkSync(path(name), path(`${name}-link`));
    return path(name);
  };

  it('never writes over an input, also with --force: code 2', async () => {
    const own = prepare('linked');
    const args = ['batch', join(own, 'x'), '-o', `${own}-link/x`, '--pipeline', 'gentle', '--force'];
    const { code, stderr } = await run(args);
    expect([code, stderr]).toEqual([
      2,
      `auralis-stream: ${own}-link/x/a.wav: is an input, choose another output\n`,
    ]);
    expect(readFileSync(join(own, 'x/a.wav')).equals(readFileSync(path('in.wav')))).toBe(true);
  });

  it('passes over its 1 output of before where that is in the folder that is read', async () => {
    const own = prepare('nested');
    const args = ['batch', own, '-o', `${own}-link/out`, '--pipeline', 'gentle', '--skip-done'];
    expect((await run(args)).stderr).toContain('1 track in');
    expect((await run(args)).stderr).toContain('1 track in');
  });
});
