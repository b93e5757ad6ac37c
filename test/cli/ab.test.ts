import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { noise16, wav16 } from '../engine/wav-file.ts';
import { outcome, run, start } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'auralis-ab-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** 2.5 s of stereo at 48 kHz. */
const WAV = wav16(noise16(240_000));
const HALF = 240_044;

describe('--ab', () => {
  it('gives the first pipeline to the byte, and the second where ab.position=b says so', async () => {
    const alone = await run(['gentle'], WAV);
    const beside = await run(['gentle', '--ab', 'podcast'], WAV);
    expect(beside.stdout.equals(alone.stdout)).toBe(true);
    const other = await run(['gentle', '--ab', 'podcast', '--set', 'ab.position=b'], WAV);
    expect([other.code, other.stdout.length]).toEqual([0, WAV.length]);
    expect(other.stdout.equals(alone.stdout)).toBe(false);
  });

  it.skipIf(process.platform === 'win32')(
    'switches at SIGUSR2, and its report replays to the byte',
    async () => {
      const report = join(folder, 'report.jsonl');
      const child = start(['gentle', '--ab', 'podcast', '--report', report]);
      child.stdin!.write(WAV.subarray(0, HALF));
      const stdout: Buffer[] = [];
      child.stdout!.on('data', (piece) => stdout.push(piece));
      while (stdout.length === 0) await pause(10);
      child.kill('SIGUSR2');
      let said = '';
      while (!said.includes('b is heard')) {
        said += child.stderr?.read() ?? '';
        await pause(10);
      }
      child.stdin!.end(WAV.subarray(HALF));
      const { code } = await outcome(child);
      const output = Buffer.concat(stdout);
      expect([code, output.length]).toEqual([0, WAV.length]);
      expect(readFileSync(report, 'utf8')).toContain('"set":"ab.position","to":"b"');
      const replayed = await run(['gentle', '--ab', 'podcast', '--automation', report], WAV);
      expect(replayed.stdout.equals(output)).toBe(true);
    },
  );
});
