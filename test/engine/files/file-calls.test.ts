import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';
import { MessageChannel } from 'node:worker_threads';
import { afterAll, describe, expect, it } from 'vitest';
import { directCalls, pooledCalls } from '../../../src/engine/files/file-calls.ts';
import { descriptorSink } from '../../../src/engine/files/output-sink.ts';
import { rotatingReader } from '../../../src/engine/files/rotating-reader.ts';

const folder = mkdtempSync(join(tmpdir(), 'file-calls-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string): string => join(folder, name);

/** Three chunks of a reader and a part of one. */
const BYTES = Buffer.from(Uint8Array.from({ length: 400_001 }, (_, n) => (n * 7919) >> 3));

describe.each([
  ['pooledCalls', pooledCalls],
  ['directCalls', directCalls],
])('%s', (name, calls) => {
  it('gives a reader all 400,001 bytes, and takes them from a writer with 4 put right behind it', async () => {
    writeFileSync(path(name), BYTES);
    const chunks = rotatingReader(openSync(path(name), 'r'), 'file', { calls });
    const sink = descriptorSink('copy', openSync(path(`${name}.copy`), 'w'), true, calls);
    sink.stream.end(await buffer(chunks.map((chunk: Buffer) => Buffer.from(chunk))));
    await finished(sink.stream);
    expect(sink.revision!.written()).toBe(400_001);
    await sink.revision!.patch(1000, Buffer.from('done'));
    sink.close();
    const expected = Buffer.from(BYTES);
    expected.write('done', 1000);
    expect(readFileSync(path(`${name}.copy`)).equals(expected)).toBe(true);
  });

  it('puts none of 400,001 bytes into another file where the writer is closed as they leave', async () => {
    const sink = descriptorSink('cut', openSync(path('cut'), 'w'), true, calls);
    sink.stream.write(BYTES);
    sink.stream.destroy();
    sink.close();
    const other = openSync(path('other'), 'w');
    for (let turn = 0; turn < 20; turn++) await setTimeout(1);
    closeSync(other);
    expect(statSync(path('other')).size).toBe(0);
    expect(statSync(path('cut')).size).toBe(400_001);
  });

  it('tells a reader of a folder, and a writer of a file that was opened to be read, what the system says', async () => {
    const reader = rotatingReader(openSync(folder, 'r'), 'file', { calls });
    await expect(buffer(reader)).rejects.toThrow(/EISDIR/);
    const sink = descriptorSink('in', openSync(path(name), 'r'), true, calls);
    sink.stream.end(BYTES);
    await expect(finished(sink.stream)).rejects.toThrow(/EBADF/);
    sink.close();
  });
});

it('hears a message between two direct reads, of which 40 take up the thread', async () => {
  writeFileSync(path('long'), Buffer.alloc(40 * 128 * 1024));
  const reader = rotatingReader(openSync(path('long'), 'r'), 'file', { calls: directCalls });
  const { port1, port2 } = new MessageChannel();
  const heard = new Promise<number>((resolve) => {
    port2.once('message', () => resolve(chunks));
  });
  let chunks = 0;
  reader.on('data', () => {
    if (++chunks === 1) port1.postMessage('cancel');
  });
  await finished(reader);
  port1.close();
  expect(await heard).toBeLessThan(10);
});
