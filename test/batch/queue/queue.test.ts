import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FreeLanes } from '../../../src/batch/free-lanes.ts';
import { sharedFolder } from '../../../src/batch/queue/file-access.ts';
import { parseQueueUrl } from '../../../src/batch/queue/queue-url.ts';
import { portable, type QueuedWork, renamedTrack, workId } from '../../../src/batch/queue/queued-work.ts';
import type { TrackTask } from '../../../src/batch/track-task.ts';

const TASK: TrackTask = {
  input: '/in/a.wav',
  output: '/out/a.wav',
  decisions: '/out/a.decisions.jsonl',
  batch: 'one',
  work: { kind: 'pipeline', pipeline: 'lib/own.json' },
  plan: null,
  overwrite: false,
  ifOffBy: null,
  journal: { folder: '/out', name: 'a.wav', version: '1', writer: null, skipDone: true },
  done: null,
};

describe('parseQueueUrl', () => {
  it('takes password, database and name of a queue, and shows neither user nor password', () => {
    expect(parseQueueUrl('rediss://me:secret@host:6380/2?queue=night')).toEqual({
      url: 'rediss://me:secret@host:6380/2',
      name: 'night',
      shown: 'rediss://host:6380/2?queue=night',
    });
    expect(parseQueueUrl('redis://host').name).toBe('tracks');
  });

  it.each([
    ['host:6379', /not a URL such as/],
    ['http://:secret@host', /^(?!.*secret).*not a URL/],
    ['redis://:secret@host/night', /^(?!.*secret).*number of a database/],
    ['redis://:secret@host?name=night', /^(?!.*secret).*no parameter "name", expected "queue"/],
    ['redis://host?queue=a:b', /letters, digits/],
  ])('refuses %s in one line without its password', (url, message) => {
    expect(() => parseQueueUrl(url)).toThrow(message);
  });
});

describe('sharedFolder', () => {
  it('gives a file under /srv/music the address by which it is found under /mnt/music', () => {
    const address = sharedFolder('/srv/music').addressOf('/srv/music/in/a b.wav');
    expect(address).toBe('/in/a b.wav');
    expect(sharedFolder('/mnt/music').pathOf(address)).toBe(resolve('/mnt/music/in/a b.wav'));
  });

  it('refuses what lies outside, going and coming', () => {
    expect(() => sharedFolder('/srv').addressOf('/etc/a.wav')).toThrow(/not under --root \/srv/);
    expect(() => sharedFolder('/srv').pathOf('/../etc/a.wav')).toThrow(/leads out of --root/);
  });
});

describe('work on a queue', () => {
  const queued = (task: TrackTask): QueuedWork => ({ task, version: '1', again: false, cancelled: false });

  it('names every file of a track anew, and leaves a shipped pipeline its name', () => {
    const { input, output, decisions, journal, work } = renamedTrack(TASK, (name) => `x:${name}`);
    expect([input, output, decisions, journal?.folder]).toEqual([
      'x:/in/a.wav',
      'x:/out/a.wav',
      'x:/out/a.decisions.jsonl',
      'x:/out',
    ]);
    expect(work).toEqual({ kind: 'pipeline', pipeline: 'x:lib/own.json' });
    const shipped = { ...TASK, work: { kind: 'pipeline', pipeline: 'mastering' } } as const;
    expect(renamedTrack(shipped, (name) => `x:${name}`).work).toEqual(shipped.work);
  });

  it('has one id in every batch that does the same, another where the work differs', () => {
    const id = workId('track', queued(TASK));
    expect(workId('track', queued({ ...TASK, batch: 'two' }))).toBe(id);
    expect(workId('track', queued({ ...TASK, overwrite: true }))).not.toBe(id);
  });

  it('takes a pipeline file along where it stands alone', async () => {
    const file = resolve('pipelines/gentle.json');
    const { pipeline } = (await portable({ kind: 'pipeline', pipeline: file }, 'b')) as { pipeline: object };
    expect(pipeline).toHaveProperty('stages');
    const shipped = { kind: 'pipeline', pipeline: 'gentle' } as const;
    expect(await portable(shipped, 'b')).toEqual(shipped);
  });
});

describe('FreeLanes', () => {
  it('gives the lowest lane that is free: 0, 1, and 0 again', () => {
    const lanes = new FreeLanes<string>();
    expect([lanes.of('a'), lanes.of('b'), lanes.of('a')]).toEqual([0, 1, 0]);
    expect(lanes.release('a')).toBe(0);
    expect(lanes.of('c')).toBe(0);
  });
});
