import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MAIN, type Outcome, outcome, run, start } from '../cli/command.ts';
import { shell } from './peers.ts';
import { HAS_REDIS, RedisServer } from './redis-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'queue-'));
const path = (name: string): string => join(folder, name);

/** Tracks of the batch, two of them broken. */
const TRACKS = 10;
/** What is done to them: slow enough to be killed in the middle. */
const WORK = ['--preset', 'adaptive'];

let redis: RedisServer;
let workers: Worker[] = [];

/** A worker process and what it says. */
interface Worker {
  readonly child: ChildProcess;
  readonly ended: Promise<Outcome>;
}

beforeAll(async () => {
  const corpus = new URL('../slow/batch-corpus.js', import.meta.url).href;
  const script = `import { writeCorpus } from '${corpus}'; writeCorpus('${path('in')}', ${TRACKS}, 15);`;
  await shell(`'${process.execPath}' --input-type=module -e "${script}"`);
  await run(['batch', path('in'), '-o', path('alone'), ...WORK, '--quiet']);
}, 120_000);
beforeEach(async () => {
  if (HAS_REDIS) redis = await RedisServer.start('--appendonly', 'yes', '--requirepass', 'secret');
});
afterEach(async () => {
  for (const { child } of workers) child.kill('SIGKILL');
  await Promise.all(workers.map(({ ended }) => ended));
  workers = [];
  if (HAS_REDIS) await redis.remove();
});
afterAll(() => rmSync(folder, { recursive: true }));

const queue = (): string[] => ['--queue', `redis://:secret@127.0.0.1:${redis.port}`];
const batch = (name: string, ...more: string[]): string[] => [
  'batch',
  path('in'),
  '-o',
  path(name),
  ...WORK,
  ...queue(),
  ...more,
];

async function work(...more: string[]): Promise<Worker> {
  const child = start(['worker', ...queue(), '--jobs', '1', ...more]);
  const worker = { child, ended: outcome(child) };
  workers.push(worker);
  await new Promise((resolve) => child.stderr!.once('data', resolve));
  return worker;
}

/** Names and hashes of all outputs. */
function outputs(name: string): string[] {
  const names = readdirSync(path(name), { recursive: true, encoding: 'utf8' });
  const files = names.filter((file) => /\.(wav|decisions\.jsonl)$/.test(file)).sort();
  return files.map((file) => {
    const bytes = readFileSync(join(path(name), file));
    return `${file} ${createHash('sha256').update(bytes).digest('hex')}`;
  });
}

/** Hidden files that should not be there. */
const leftOver = (name: string): string[] =>
  readdirSync(path(name), { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.part$|\.auralis-batch\..+\.jsonl$/.test(file),
  );

/** News of a batch, as it prints them. */
interface News {
  readonly type: string;
  readonly lane: number;
  readonly input: string;
  readonly phase: string;
  readonly state: string;
}

/** Waits for news of a batch that runs with --json-progress, and goes on reading; rejects where it ends before. */
function until(child: ChildProcess, isIt: (news: News) => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const lines = createInterface(child.stdout!);
    lines.on('line', (line) => {
      if (isIt(JSON.parse(line))) resolve();
    });
    lines.on('close', () => reject(new Error('the batch ended without such news')));
  });
}

/** Resolves when two tracks are under way at a time, with their names. */
async function twoUnderWay(child: ChildProcess): Promise<ReadonlySet<string>> {
  const lanes = new Map<number, string | null>();
  const inputs = (): string[] => [...lanes.values()].filter((input) => input !== null);
  await until(child, ({ type, lane, input }) => {
    if (type === 'track' || type === 'end') lanes.set(lane, type === 'track' ? input : null);
    return inputs().length === 2;
  });
  return new Set(inputs());
}

/** What the workers said to have finished, sorted. */
async function finished(): Promise<string[]> {
  for (const { child } of workers) child.kill('SIGTERM');
  const said = await Promise.all(workers.map(async ({ ended }) => (await ended).stderr));
  return said.flatMap((words) => words.match(/(?<=finished )[^:]+/g) ?? []).sort();
}

const dataUrl = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`;

async function status(): Promise<object> {
  return JSON.parse((await run(['queue', 'status', '--json', ...queue()])).stdout.toString());
}

const EMPTY = { isPaused: false, waiting: 0, running: 0, delayed: 0 };

describe.runIf(HAS_REDIS)('batch on a queue', () => {
  it('gives the bytes of a batch without one, the same report and code 5, by 2 workers', async () => {
    await Promise.all([work(), work()]);
    const { code, stderr } = await run(batch('two'));
    expect(code).toBe(5);
    expect(stderr).toMatch(/10 tracks in .*: 8 finished, 2 failed/);
    expect(outputs('two')).toEqual(outputs('alone'));
    expect(outputs('two')).toHaveLength(16);
    expect(leftOver('two')).toEqual([]);
    const [one, other] = ['two', 'alone'].map((name) => {
      const { tracks } = JSON.parse(readFileSync(join(path(name), 'report.json'), 'utf8'));
      return tracks.map(({ status, input, before, after, moves, error }: Record<string, unknown>) => ({
        status,
        input,
        before,
        after,
        moves,
        error,
      }));
    });
    expect(one).toEqual(other);
    expect(await status()).toMatchObject({ ...EMPTY, failed: 2 });
    const again = await run(batch('two', '--skip-done'));
    expect(again.stderr).toMatch(/: 8 done, 2 failed/);
  });

  it('loses nothing when a worker is killed in the middle of a track: each done once, by the other one', async () => {
    const [victim] = await Promise.all([work(), work()]);
    const child = start(batch('killed', '--json-progress'));
    const ended = outcome(child);
    const underWay = await twoUnderWay(child);
    victim.child.kill('SIGKILL');
    const killed = performance.now();
    // One worker is left: a second track under way again is the one that was taken over.
    let takenOver = Number.POSITIVE_INFINITY;
    until(child, ({ type, input, phase }) => {
      const again = type === 'track' && phase === 'measuring' && underWay.has(input);
      if (again) takenOver = Math.min(takenOver, performance.now() - killed);
      return again;
    });
    expect((await ended).code).toBe(5);
    expect(takenOver).toBeLessThan(15_000);
    expect(outputs('killed')).toEqual(outputs('alone'));
    expect(leftOver('killed')).toEqual([]);
    expect(await status()).toMatchObject({ ...EMPTY, failed: 2 });
    const names = await finished();
    expect(names).toEqual([...new Set(names)]);
    expect(names).toHaveLength(8);
  });

  it.each([
    ['keeps what stood in it', 'yes'],
    ['has lost all', 'no'],
  ])('goes on when the server is restarted and %s', async (_, appendOnly) => {
    await redis.remove();
    redis = await RedisServer.start('--appendonly', appendOnly, '--requirepass', 'secret');
    await Promise.all([work(), work()]);
    const name = `restarted-${appendOnly}`;
    const child = start(batch(name, '--json-progress'));
    const ended = outcome(child);
    await twoUnderWay(child);
    await redis.stop();
    await pause(1000);
    await redis.start();
    expect((await ended).code).toBe(5);
    expect(outputs(name)).toEqual(outputs('alone'));
    expect(leftOver(name)).toEqual([]);
    expect(await status()).toMatchObject({ ...EMPTY, failed: 2 });
  });

  it('is stopped by Ctrl-C: code 130, no temporary file, nothing left on the queue; then goes on', async () => {
    await Promise.all([work(), work()]);
    const child = start(batch('cut', '--json-progress'));
    const ended = outcome(child);
    await twoUnderWay(child);
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    expect(leftOver('cut').filter((name) => name.endsWith('.part'))).toEqual([]);
    expect(await status()).toMatchObject({ ...EMPTY, failed: 0 });
    expect((await run(batch('cut', '--skip-done'))).code).toBe(5);
    expect(outputs('cut')).toEqual(outputs('alone'));
  });
});

describe.runIf(HAS_REDIS)('worker', () => {
  it('ends what runs at the first signal, code 143, and hands it back at the second one', async () => {
    const [first, second] = await Promise.all([work(), work()]);
    const child = start(batch('handed', '--json-progress'));
    const ended = outcome(child);
    await twoUnderWay(child);
    first.child.kill('SIGTERM');
    // At once, so that its track can't end in between.
    second.child.kill('SIGTERM');
    second.child.kill('SIGINT');
    const [one, two] = await Promise.all([first.ended, second.ended]);
    expect(one.code).toBe(143);
    expect([130, 143]).toContain(two.code);
    expect(one.stderr).toMatch(/finished/);
    expect(await status()).toMatchObject({ running: 0 });
    await work();
    expect((await ended).code).toBe(5);
    expect(outputs('handed')).toEqual(outputs('alone'));
    expect(leftOver('handed')).toEqual([]);
  });

  it('takes nothing from a queue that is paused; dead letters are listed, tried again, dropped', async () => {
    await work();
    expect((await run(['queue', 'pause', ...queue()])).stdout.toString()).toBe('paused\n');
    const child = start(batch('paused', '--json-progress'));
    const ended = outcome(child);
    await until(child, ({ state }) => state === 'paused');
    expect(await status()).toMatchObject({ isPaused: true, workers: 1, waiting: TRACKS, running: 0 });
    await run(['queue', 'resume', ...queue()]);
    expect((await ended).code).toBe(5);
    const letters = (await run(['queue', 'failed', ...queue()])).stdout.toString().trim().split('\n');
    expect(letters).toHaveLength(2);
    expect(letters[0]).toMatch(/^[0-9a-f]{8} {2}\/.*: not an audio file|^[0-9a-f]{8} {2}\/.*cut off/);
    const id = letters[0].slice(0, 8);
    const retried = await run(['queue', 'retry', id, ...queue()]);
    expect(retried.stdout.toString()).toBe('1 track back on the queue\n');
    expect((await run(['queue', 'drop', 'ffff0000ffff', ...queue()])).code).toBe(2);
    await pause(1500);
    expect((await run(['queue', 'drop', ...queue()])).stdout.toString()).toBe('2 tracks dropped\n');
    expect(await status()).toMatchObject({ ...EMPTY, failed: 0 });
  });

  it('names the line that installs what is missing, code 2', async () => {
    const hook = `import Module from 'node:module';
      const find = Module._resolveFilename;
      Module._resolveFilename = (name, ...rest) => {
        if (name === 'bullmq') throw Object.assign(new Error('gone'), { code: 'MODULE_NOT_FOUND' });
        return find(name, ...rest);
      };`;
    const args = ['--import', dataUrl(hook), MAIN, 'worker', ...queue()];
    const { code, stderr } = await outcome(spawn(process.execPath, args));
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^auralis-stream: --queue: [^\n]*npm install bullmq ioredis[^\n]*\n$/),
    ]);
  });

  it('says in one line what is wrong with a server: away, a wrong password, code 4', async () => {
    const wrong = await run(['worker', '--queue', `redis://:wrong@127.0.0.1:${redis.port}`]);
    expect([wrong.code, wrong.stderr]).toEqual([
      4,
      expect.stringMatching(/^auralis-stream: --queue redis:\/\/127[^\n]+user or password is wrong\n$/),
    ]);
    const away = await run([
      'batch',
      path('in'),
      '-o',
      path('away'),
      ...WORK,
      '--queue',
      'redis://127.0.0.1:1',
    ]);
    expect([away.code, away.stderr]).toEqual([4, expect.stringMatching(/^[^\n]+connection refused\n$/)]);
  });
});
