import { existsSync, openSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { outcome, run, start } from './command.ts';

it.runIf(existsSync('/dev/full')).each([[['schema']], [['stages']]])(
  '%j says in one line that stdout is full, with code 4',
  async (args) => {
    const { code, stderr } = await outcome(start(args, ['ignore', openSync('/dev/full', 'w'), 'pipe']));
    expect([code, stderr]).toEqual([4, 'auralis-stream: stdout: no space left on device\n']);
  },
);

it('ends with code 0 and without a word when the reader of a schema has gone', async () => {
  const child = start(['schema'], ['ignore', 'pipe', 'pipe']);
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.stdout!.destroy();
  expect([await ended, await text(child.stderr!)]).toEqual([0, '']);
});

it('prints a line for each of 12 files that are checked, and nothing on stderr', async () => {
  const { code, stdout, stderr } = await run(['check', ...Array.from({ length: 12 }, () => 'mastering')]);
  expect([code, stdout.toString(), stderr]).toEqual([0, 'mastering: ok, 4 stages\n'.repeat(12), '']);
});
