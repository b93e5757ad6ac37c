import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { reloadPipeline } from '../../src/cli/reload-pipeline.ts';
import { ScheduledFile } from '../../src/cli/schedule.ts';
import { readPipelineFile } from '../../src/engine/pipelines/pipeline-files.ts';
import type { PipelineDefinition } from '../../src/graph/definition.ts';

const folder = mkdtempSync(join(tmpdir(), 'auralis-schedule-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, value: object): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(value));
  return path;
}

const gain = (name: string, gain: number) => ({ name, stages: [{ stage: 'gain', gain }] });
write('day.json', gain('day', -1));
write('night.json', gain('night', -2));
const station = (more: object) =>
  write('station.json', {
    ...gain('station', 0),
    schedule: [
      { at: '06:00', use: 'day.json' },
      { at: '22:30', use: 'night.json' },
    ],
    ...more,
  });

const berlin = (): ScheduledFile =>
  new ScheduledFile(station({ timeZone: 'Europe/Berlin' }), readPipelineFile);

describe('a schedule in the time of Berlin', () => {
  it.each([
    ['2026-07-01T03:59:59Z', 'night', '2026-07-01T04:00:00.000Z'],
    ['2026-07-01T04:00:00Z', 'day', '2026-07-01T20:30:00.000Z'],
    ['2026-12-01T04:30:00Z', 'night', '2026-12-01T05:00:00.000Z'],
    ['2026-12-01T21:30:00Z', 'night', '2026-12-02T05:00:00.000Z'],
    // The night in which the clocks go back has an hour more.
    ['2026-10-25T04:59:00Z', 'night', '2026-10-25T05:00:00.000Z'],
  ])('at %s plays %s until %s', async (time, name, next) => {
    const file = berlin();
    expect((await file.read(new Date(time))).name).toBe(name);
    expect(file.next(new Date(time))?.toISOString()).toBe(next);
  });

  it('changes the pipeline when its time has come', async () => {
    vi.useFakeTimers({ now: new Date('2026-07-01T03:59:00Z') });
    try {
      const source = berlin();
      const first = await source.read();
      const heard: string[] = [];
      const control = {
        pipeline: first,
        replace: async ({ name }: PipelineDefinition) => void heard.push(name),
      };
      const end = reloadPipeline({ source, first, control, watched: null, tell: () => {} });
      const pass = async (minutes: number): Promise<void> => {
        await vi.advanceTimersByTimeAsync(minutes * 60_000);
        await vi.waitFor(() => new Promise((resolve) => setImmediate(resolve)));
      };
      await pass(0.9);
      expect(heard).toEqual([]);
      await pass(1);
      await vi.waitUntil(() => heard.length === 1);
      end();
      expect(heard).toEqual(['day']);
    } finally {
      vi.useRealTimers();
    }
  });
});

it.each([
  [{}, 'schedule: needs "timeZone", such as "Europe/Berlin"'],
  [{ timeZone: 'Europe/Bern' }, 'is no time zone; write one such as Europe/Berlin'],
  [{ timeZone: 'UTC', schedule: [{ at: '6:00', use: 'day.json' }] }, 'is no time of day'],
  [{ timeZone: 'UTC', schedule: [{ at: '06:00', use: 'dya.json' }] }, 'dya.json: no such file or directory'],
])('%j is refused when the run begins', async (more, words) => {
  await expect(new ScheduledFile(station(more), readPipelineFile).read()).rejects.toThrow(words);
});
