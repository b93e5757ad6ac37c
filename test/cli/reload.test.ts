import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { noise16, wav16 } from '../engine/wav-file.ts';
import { outcome, run, start } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'auralis-reload-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string): string => join(folder, name);
const chain = (gain: number): string => `{"stages":[{"stage":"limiter"},{"stage":"gain","gain":${gain}}]}`;

/** 2.5 s of stereo at 48 kHz. */
const WAV = wav16(noise16(240_000));
const HALF = 240_044;

/** Waits until the process has said a line that holds some words. */
async function heard(child: ReturnType<typeof start>, words: string): Promise<void> {
  let said = '';
  while (!said.includes(words) && child.exitCode === null) {
    said += child.stderr?.read() ?? '';
    await pause(20);
  }
  expect(said).toContain(words);
}

describe.skipIf(process.platform === 'win32')('a reload', () => {
  it.each(['SIGHUP', '--watch'])(
    'by %s changes what plays, refuses a broken file, and its report replays to the byte',
    async (how) => {
      const [path, report, before] = ['p', 'r', 'b'].map((name) => file(`${name}${how}.json`));
      writeFileSync(path, chain(-3));
      writeFileSync(before, chain(-3));
      const child = start([path, '--report', report, ...(how === '--watch' ? [how] : [])]);
      child.stdin!.write(WAV.subarray(0, HALF));
      const stdout: Buffer[] = [];
      child.stdout!.on('data', (piece) => stdout.push(piece));
      while (stdout.length === 0) await pause(10);
      const change = async (text: string, words: string): Promise<void> => {
        writeFileSync(path, text);
        if (how === 'SIGHUP') child.kill('SIGHUP');
        await heard(child, words);
      };
      await change(chain(-12), 'pipeline reloaded');
      await change('{"stages":[{"stage":"gian"}]}', 'reload refused: ');
      child.stdin!.end(WAV.subarray(HALF));
      const { code } = await outcome(child);
      const output = Buffer.concat(stdout);
      expect([code, output.length]).toEqual([0, WAV.length]);
      expect(readFileSync(report, 'utf8').match(/"type":"move"/g)).toHaveLength(1);
      const replayed = await run([before, '--automation', report], WAV);
      expect(replayed.stdout.equals(output)).toBe(true);
      const unchanged = await run([before], WAV);
      expect(unchanged.stdout.equals(output)).toBe(false);
    },
  );
});
