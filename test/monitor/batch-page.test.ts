import { describe, expect, it } from 'vitest';
import { batchPage } from '../../src/monitor/batch-page.ts';
import type { BatchReport, TrackReport } from '../../src/monitor/batch-report.ts';

/** A track of which nothing but its length is known. */
const bare: TrackReport = {
  input: 'a.wav',
  output: 'out/a.wav',
  status: 'done',
  before: null,
  after: null,
  moves: null,
  seconds: 10,
  elapsed: 1,
  warnings: [],
  decisions: null,
  error: null,
};

/** Titles of the columns of a page on such tracks. */
function titles(...tracks: readonly Partial<TrackReport>[]): string[] {
  const report: BatchReport = {
    schema: 1,
    version: '1.0.0',
    began: '2026-01-01T00:00:00.000Z',
    work: 'pipeline mastering',
    jobs: 2,
    elapsed: 1,
    count: { finished: 0, done: tracks.length, skipped: 0, failed: 0, cancelled: 0 },
    tracks: tracks.map((track) => ({ ...bare, ...track })),
  };
  return [...batchPage(report, 'out').matchAll(/data-column="\d+"[^>]*>([^<]*)</g)].map(([, title]) => title);
}

describe('batchPage', () => {
  it('leaves out the four columns that have nothing to say of any track', () => {
    expect(titles({})).toEqual([
      'Track',
      'Status',
      'Length',
      'Took, s',
      ...['before', 'after', 'before', 'after', 'before', 'after'],
    ]);
  });

  it('has a column of gains as soon as one track of two has one', () => {
    expect(titles({}, { moves: { gain: 3, limited: false, lowered: false } })).toContain('Gain, dB');
  });
});
