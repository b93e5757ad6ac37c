import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noise16, wav16 } from '../engine/wav-file.ts';
import { run } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'master-'));
const path = (name: string): string => join(folder, name);
const input = wav16(noise16(2 * 6 * 48000, 1).map((x) => x >> 3));

beforeAll(() => writeFileSync(path('in.wav'), input));
afterAll(() => rmSync(folder, { recursive: true }));

describe('auralis-stream master', () => {
  it('gives the same samples from a file and through a pipe in one pass', async () => {
    const piped = await run(['master', '--quiet'], input);
    expect((await run(['master', path('in.wav'), path('one.wav'), '--passes', '1', '--quiet'])).code).toBe(0);
    const dataOf = (bytes: Buffer): Buffer => bytes.subarray(bytes.indexOf('data', 0, 'latin1') + 8);
    expect(dataOf(piped.stdout).equals(dataOf(readFileSync(path('one.wav'))))).toBe(true);
  });

  it('writes a line a decision, and says each on stderr with its rule', async () => {
    const args = [path('in.wav'), path('two.wav'), '--decisions', path('why.jsonl'), '--verbose'];
    const { code, stderr } = await run(['master', ...args]);
    const lines = readFileSync(path('why.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(code).toBe(0);
    expect(lines.length).toBeGreaterThanOrEqual(4);
    for (const { rule } of lines) expect(stderr).toContain(`(rule ${rule}`);
    expect(lines.at(-1)).toMatchObject({
      time: 0,
      rule: 'preset-loudness',
      stage: 'gain',
      parameter: 'gain',
    });
  });

  it('takes a profile that `profile` printed as its reference', async () => {
    const { stdout } = await run(['profile', path('in.wav')]);
    writeFileSync(path('ref.profile.json'), stdout);
    const args = [
      'master',
      path('in.wav'),
      path('ref.wav'),
      '--reference',
      path('ref.profile.json'),
      '--verbose',
    ];
    const { code, stderr } = await run(args);
    expect(code).toBe(0);
    expect(stderr).toContain('balanced-already');
  });

  it.each([
    [['--passes', '2'], 1, 'stdin: is read twice, which only a file can be; use --passes 1'],
    [['--preset', 'wram'], 2, 'did you mean "warm"?'],
    [['--mode', 'hybrid'], 2, '--mode hybrid: needs --reference FILE'],
    [['--lookahead', '11s'], 2, '--lookahead "11s": expected 0 to 10s'],
  ])('refuses %j on a pipe with code %i: %s', async (args, code, message) => {
    const outcome = await run(['master', ...args], input);
    expect(outcome.code).toBe(code);
    expect(outcome.stderr).toContain(message);
    expect(outcome.stdout).toHaveLength(0);
  });
});
