import { describe, expect, it } from 'vitest';
import { trackLine } from '../../src/monitor/batch-progress.ts';
import type { TrackReport } from '../../src/monitor/batch-report.ts';

const track: TrackReport = {
  input: 'a.wav',
  output: 'out/a.wav',
  status: 'finished',
  before: { integrated: -20.1, range: 5, truePeak: -3 },
  after: { integrated: -16, range: 5, truePeak: -1.02 },
  moves: null,
  seconds: 10,
  elapsed: 1,
  warnings: [],
  decisions: null,
  error: null,
};

describe('trackLine', () => {
  it('says -20.10 -> -16.00 LUFS of a track that has come to its end', () => {
    expect(trackLine(track)).toBe('finished a.wav: -20.10 -> -16.00 LUFS, -1.02 dBTP');
  });

  it('adds the two warnings of a file that ended early', () => {
    const warnings = ['input ended early: 5 of 10 announced frames are missing', 'odd byte'];
    expect(trackLine({ ...track, warnings })).toBe(
      'finished a.wav: -20.10 -> -16.00 LUFS, -1.02 dBTP; input ended early: 5 of 10 announced frames are missing; odd byte',
    );
  });
});
