import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { noise16, wav16 } from '../engine/wav-file.ts';
import { outcome, run, start } from './command.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'auralis-parts-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const file = (name: string): string => join(folder, name);
const WAV = wav16(noise16(96_000));
const parts = (): string[] => readdirSync(folder).filter((name) => name.endsWith('.part'));

/** A run that has written something and waits for more of its input. */
async function halfway(out: string) {
  const before = parts();
  const child = start([file('empty.json'), '-', file(out), '-f']);
  const ended = outcome(child);
  child.stdin!.write(WAV.subarray(0, WAV.length / 2));
  while (parts().every((name) => before.includes(name))) await pause(10);
  return { child, ended };
}

it('of a run that was killed is removed by the next to the same OUT; those of others stay, one that lives goes on', async () => {
  writeFileSync(file('empty.json'), '{"stages":[]}');
  const [dead, other] = [await halfway('out.wav'), await halfway('other.wav')];
  for (const { child, ended } of [dead, other]) {
    child.kill('SIGKILL');
    await ended;
  }
  const living = await halfway('out.wav');
  // The dead run's part went when the living one began, and the other file's is still there.
  expect(parts()).toHaveLength(2);
  expect((await run([file('empty.json'), '-', file('out.wav')], WAV)).code).toBe(0);
  expect(parts()).toHaveLength(2);
  living.child.stdin!.end(WAV.subarray(WAV.length / 2));
  expect((await living.ended).code).toBe(0);
  expect(parts()).toHaveLength(1);
  expect((await run([file('empty.json'), '-', file('other.wav')], WAV)).code).toBe(0);
  expect(parts()).toEqual([]);
});

it('of a run that lives survives a batch into its folder, which once took the file from it: code 4', async () => {
  writeFileSync(file('empty.json'), '{"stages":[]}');
  writeFileSync(file('in.wav'), WAV);
  const living = await halfway('out.wav');
  const batch = ['batch', file('in.wav'), '-o', folder, '--pipeline', file('empty.json'), '--jobs', '1'];
  expect((await run([...batch, '--name', '{name}.done.{ext}'])).code).toBe(0);
  living.child.stdin!.end(WAV.subarray(WAV.length / 2));
  expect(await living.ended).toMatchObject({ code: 0, stderr: '' });
  expect(existsSync(file('out.wav'))).toBe(true);
});
