import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { noise16, wav16 } from '../engine/wav-file.ts';
import { type Outcome, outcome, run, start } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'auralis-monitor-'));
afterAll(() => rmSync(folder, { recursive: true }));
const pipeline = join(folder, 'p.json');
writeFileSync(pipeline, '{"stages":[{"stage":"compressor"},{"stage":"limiter"}]}');
const WAV = wav16(noise16(96_000));

describe('--monitor', () => {
  it.each<[readonly string[], number, RegExp]>([
    [
      ['--monitor', '8470'],
      2,
      /^auralis-stream: --monitor "8470": expected an address of this machine and a port/,
    ],
    [['--monitor', 'studio:8470'], 2, /expected an address of this machine/],
    [['--monitor', '127.0.0.1:70000'], 2, /expected an address of this machine/],
    [
      ['--monitor', '0.0.0.0:0'],
      2,
      /other machines could reach it, give a token in AURALIS_MONITOR_TOKEN or/,
    ],
    [['--monitor', '[::]:0', '--monitor-readonly'], 2, /other machines could reach it/],
    [['--monitor-readonly'], 2, /--monitor-readonly: needs --monitor ADDRESS:PORT/],
    [
      ['--monitor', '127.0.0.1:0', '--monitor-token-file', join(folder, 'none')],
      2,
      /no such file or directory/,
    ],
    [['--monitor', '127.0.0.1:0', '--monitor-token-file', pipeline], 2, /expected 16 to 128 letters/],
  ])('%j is refused with %i, in one line', async (options, code, line) => {
    const { code: ended, stderr, stdout } = await run([pipeline, ...options], WAV);
    expect([ended, stdout.length]).toEqual([code, 0]);
    expect(stderr).toMatch(line);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('says that a port is taken, with exit code 4', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as { port: number };
    const { code, stderr } = await run([pipeline, '--monitor', `127.0.0.1:${port}`], WAV);
    other.close();
    expect([code, stderr]).toEqual([
      4,
      `auralis-stream: --monitor 127.0.0.1:${port}: address already in use\n`,
    ]);
  });

  it('prints an address with a new token of 32 characters, changes no byte, and ends with the run', async () => {
    const [plain, one, two] = await Promise.all([
      run([pipeline], WAV),
      run([pipeline, '--monitor', '127.0.0.1:0'], WAV),
      run([pipeline, '--monitor', 'localhost:0'], WAV),
    ]);
    const token = ({ stderr }: Outcome): string | undefined =>
      /^auralis-stream: monitor at http:\/\/127\.0\.0\.1:\d+\/#([\w-]{32})\n$/.exec(stderr)?.[1];
    expect(token(one)).toBeDefined();
    expect(token(two)).not.toBe(token(one));
    for (const { code, stdout } of [one, two]) {
      expect(code).toBe(0);
      expect(stdout.equals(plain.stdout)).toBe(true);
    }
  });

  it('prints no token that was given, and none where nothing can be changed', async () => {
    const file = join(folder, 'token');
    writeFileSync(file, 'a-token-of-the-station\n');
    for (const options of [['--monitor-token-file', file], ['--monitor-readonly']]) {
      const { code, stderr } = await run([pipeline, '--monitor', '127.0.0.1:0', ...options], WAV);
      expect(code).toBe(0);
      expect(stderr).toMatch(/^auralis-stream: monitor at http:\/\/127\.0\.0\.1:\d+\/\n$/);
    }
  });

  it('does not keep a run that was interrupted while a browser is connected', async () => {
    const child = start([pipeline, '--monitor', '127.0.0.1:0']);
    child.stdin!.write(WAV.subarray(0, 100_000));
    let said = '';
    child.stderr!.on('data', (text) => {
      said += text;
    });
    while (!said.includes('\n')) await new Promise((resolve) => setTimeout(resolve, 10));
    const url = /http:\S+\//.exec(said)![0];
    const socket = new WebSocket(`${url.replace('http', 'ws')}api/meters`);
    await new Promise((resolve) => socket.once('open', resolve));
    // It would stay as long as the browser does: the test would never end.
    child.kill('SIGTERM');
    const { code, signal } = await outcome(child);
    expect(code ?? signal).toBe(143);
    socket.terminate();
  });
});
