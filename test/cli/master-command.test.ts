import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noise16, wav16 } from '../engine/wav-file.ts';
import { type Outcome, outcome, run, start } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'master-'));
const path = (name: string): string => join(folder, name);
const input = wav16(noise16(2 * 6 * 48000, 1).map((x) => x >> 3));

/** In one pass, through a pipe. */
let piped: Outcome;

beforeAll(async () => {
  writeFileSync(path('in.wav'), input);
  piped = await run(['master', '--quiet', '--verbose'], input);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('auralis-stream master', () => {
  it('gives the same samples from a file and through a pipe in one pass', async () => {
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
    const decisions = lines.filter(({ rule }) => rule !== undefined);
    expect(decisions.length).toBeGreaterThanOrEqual(4);
    for (const { rule } of decisions) expect(stderr).toContain(`(rule ${rule}`);
    expect(lines.filter(({ type }) => type === 'loudness')).toHaveLength(6);
    expect(lines.at(-1)).toMatchObject({ type: 'programme', before: {}, after: {} });
    expect(decisions.at(-1)).toMatchObject({
      time: 0,
      rule: 'preset-loudness',
      stage: 'gain',
      parameter: 'gain',
    });
  });

  it('is what the shipped pipeline `adaptive` does in one pass, byte for byte, decisions too', async () => {
    const pipeline = await run(['adaptive', '--quiet', '--verbose'], input);
    expect(pipeline.stdout.equals(piped.stdout)).toBe(true);
    const known = (text: string): number => text.split('\n').filter((line) => line.includes('(rule ')).length;
    expect(known(pipeline.stderr)).toBe(known(piped.stderr));
    expect(known(pipeline.stderr)).toBeGreaterThanOrEqual(3);
  });

  it('tells with --stats what each stage took and what became of the sound, and changes no byte', async () => {
    const args = ['--stats', '--stats-json', path('stats.json'), '--decisions', path('d.jsonl')];
    const told = await run(['master', ...args], input);
    expect(told.stdout.equals(piped.stdout)).toBe(true);
    expect(told.stderr).toMatch(/processing time +[\d.]+ s, [\d.]+x real time/);
    expect(told.stderr).toMatch(/loudness, LUFS +-[\d.]+ +-[\d.]+ +\+[\d.]+/);
    const { duration, stages, quality } = JSON.parse(readFileSync(path('stats.json'), 'utf8'));
    expect(duration).toBe(6);
    expect(stages.map(({ stage }: { stage: string }) => stage)).toContain('psychoacoustic-eq');
    expect(quality.correlation).toBeGreaterThan(0.5);
  });

  it('is explained: a log becomes a page, which is not written over unasked', async () => {
    const log = path('log.jsonl');
    await run(['master', '--decisions', log], input);
    const [first, again] = [
      await run(['explain', log, '-o', path('why.html')]),
      await run(['explain', log, '-o', path('why.html')]),
    ];
    expect([first.code, again.code]).toEqual([0, 2]);
    expect(again.stderr).toContain('exists, add --force');
    expect(readFileSync(path('why.html'), 'utf8')).toContain('preset-loudness');
    expect((await run(['explain', path('in.wav')])).code).toBe(1);
  });

  it('says of a reference that it ended early, by its name, and so does `profile`', async () => {
    const whole = readFileSync(path('in.wav'));
    writeFileSync(path('short.wav'), whole.subarray(0, whole.length - 400));
    const warning =
      /^auralis-stream: warning: \S*short\.wav: input ended early: \d+ of \d+ announced frames are missing\n$/;
    const args = ['master', path('in.wav'), '-', '--reference', path('short.wav')];
    expect((await run(args)).stderr).toMatch(warning);
    expect((await run([...args, '--quiet'])).stderr).toBe('');
    expect((await run(['profile', path('short.wav')])).stderr).toMatch(warning);
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
    [['--passes', '2'], 2, 'stdin: is read twice, which only a file can be; use --passes 1'],
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

describe('master and what it reads', () => {
  it('never writes over its reference, also with --force: code 2', async () => {
    writeFileSync(path('ref.wav'), input);
    const args = ['master', path('in.wav'), path('ref.wav'), '--reference', path('ref.wav'), '-f'];
    const { code, stderr } = await run(args);
    expect([code, stderr]).toEqual([
      2,
      `auralis-stream: ${path('ref.wav')}: is read by the run, choose another output\n`,
    ]);
    expect(readFileSync(path('ref.wav')).equals(input)).toBe(true);
  });

  it.skipIf(process.platform === 'win32')(
    'is ended by 1 SIGTERM where it waits for the writer of a pipe',
    async () => {
      execFileSync('mkfifo', [path('pipe')]);
      const child = start(['master', path('pipe'), path('never.wav')]);
      const ended = outcome(child);
      await pause(1500);
      child.kill('SIGTERM');
      const { code, signal } = await ended;
      expect(code ?? signal).toBe('SIGTERM');
      expect(existsSync(path('never.wav'))).toBe(false);
    },
  );

  it.skipIf(process.platform === 'win32')('ends with 129 at SIGHUP and leaves nothing of OUT', async () => {
    const child = start(['master', '-', path('hung-up.wav')]);
    const ended = outcome(child);
    child.stdin!.write(input);
    const parts = (): string[] => readdirSync(folder).filter((name) => name.endsWith('.part'));
    while (parts().length === 0) await pause(20);
    child.kill('SIGHUP');
    expect((await ended).code).toBe(129);
    expect([parts(), existsSync(path('hung-up.wav'))]).toEqual([[], false]);
  });
});

describe('master in one pass', () => {
  it('ends at a track of another format with code 1, and advises nothing that it does not have', async () => {
    const other = wav16(noise16(48_000, 1), { sampleRate: 44_100 });
    const { code, stderr } = await run(['master', '--quiet'], Buffer.concat([input, other]));
    expect(code).toBe(1);
    expect(stderr).toMatch(/track 2, .*; the stream began as 48000 Hz, 2 channels \(FL FR\)\n$/);
  });
});
