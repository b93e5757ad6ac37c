import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { noise16, wav16 } from '../engine/wav-file.ts';
import { run } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'auralis-cli-log-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string): string => join(folder, name);

const EMPTY = file('empty.json');
writeFileSync(EMPTY, '{"stages":[]}');
const WAV = wav16(noise16(288_000));

describe.concurrent('--loudness-log', () => {
  it('writes 3 lines for 3 s and one for the hour, and changes no byte on stdout', async () => {
    const { code, stdout, stderr } = await run([EMPTY, '--loudness-log', file('a.jsonl')], WAV);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.equals(WAV)).toBe(true);
    const lines = readFileSync(file('a.jsonl'), 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).type)).toEqual(['second', 'second', 'second', 'hour']);
  });

  it('keeps files of 1000 bytes and 1 older one when told so', async () => {
    const limits = ['--loudness-log-size', '0.001', '--loudness-log-files', '1'];
    for (let n = 0; n < 4; n++) await run([EMPTY, '--loudness-log', file('b.jsonl'), ...limits], WAV);
    for (const name of ['b.jsonl', 'b.jsonl.1']) {
      expect(readFileSync(file(name)).length).toBeLessThanOrEqual(1000);
    }
    expect(() => readFileSync(file('b.jsonl.2'))).toThrow();
  });

  it('is never a file of the run', async () => {
    const before = readFileSync(EMPTY);
    const { code, stderr } = await run([EMPTY, '--loudness-log', EMPTY], WAV);
    expect([code, stderr]).toEqual([
      2,
      `auralis-stream: --loudness-log ${EMPTY}: is another file of this run, choose a new name\n`,
    ]);
    expect(readFileSync(EMPTY)).toEqual(before);
  });

  it('is never what another option writes', async () => {
    for (const option of ['--events', '--report', '--stats-json', '--decisions', '--checkpoint']) {
      const log = file(`with${option}.jsonl`);
      const { code, stderr } = await run([EMPTY, '-', '-', '--loudness-log', log, option, log], WAV);
      expect([code, stderr]).toEqual([
        2,
        expect.stringMatching(
          /^auralis-stream: --[a-z-]+ .*: is another file of this run, choose a new name\n$/,
        ),
      ]);
    }
  });

  it('is needed by its size and its number of files', async () => {
    const { code, stderr } = await run([EMPTY, '--loudness-log-files', '3'], WAV);
    expect([code, stderr]).toEqual([2, 'auralis-stream: --loudness-log-files: needs --loudness-log FILE\n']);
  });
});
