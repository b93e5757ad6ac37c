import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { exitBy } from '../../src/cli/exit-by.ts';

function ending() {
  const told: string[] = [];
  const stderr = { write: (text: string) => told.push(text) };
  const process = Object.assign(new EventEmitter(), { stderr, exitCode: undefined as number | undefined });
  return { told, process };
}

it('gives a run that has nothing left to wait for code 70 and one line', () => {
  const { told, process } = ending();
  exitBy(new Promise(() => {}), process as never);
  process.emit('beforeExit');
  expect(process.exitCode).toBe(70);
  expect(told).toEqual([expect.stringMatching(/^auralis-stream: internal: [^\n]*please report\n$/)]);
});

it('gives a run that has ended its own code, and no word', async () => {
  const { told, process } = ending();
  exitBy(Promise.resolve(3), process as never);
  await new Promise((resolve) => setImmediate(resolve));
  process.emit('beforeExit');
  expect([process.exitCode, told]).toEqual([3, []]);
});
