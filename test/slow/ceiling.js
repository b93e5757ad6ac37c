// A ceiling is a ceiling, and ffmpeg's alimiter beside it: the system test, its readings written to docs/evidence.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeEvidence } from './evidence.js';

const TEST = ['vitest', 'run', '--config', 'vitest.system.config.ts', 'test/system/true-peak.test.ts'];

export function run({ short }) {
  const folder = mkdtempSync(join(tmpdir(), 'auralis-ceiling-'));
  try {
    const AURALIS_EVIDENCE = join(folder, 'readings.json');
    const { status } = spawnSync('npx', TEST, {
      stdio: 'inherit',
      env: { ...process.env, AURALIS_EVIDENCE },
    });
    if (status === 0 && !short) write(JSON.parse(readFileSync(AURALIS_EVIDENCE, 'utf8')));
    return status === 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function write(rows) {
  writeEvidence('ceiling', 'A ceiling of -1 dBTP, ours and that of ffmpeg’s alimiter', [
    'In: stereo, 48 kHz, f32, largest sample 9 dB over the ceiling. Lookahead or attack 5 ms, release 50 ms. Figures: dB over',
    'the ceiling, by the filter of BS.1770 Annex 2 and by 16 phases of 160 taps. Where a signal has energy up to Nyquist the',
    '16-fold figure is reported, not promised: two correct meters differ there.',
    '',
    '| signal | ours, Annex 2 | alimiter, Annex 2 | ours, 16-fold | alimiter, 16-fold |',
    '|---|---|---|---|---|',
    ...rows.map(([signal, ours, theirs]) => {
      const readings = [ours.annex2, theirs.annex2, ours.sixteenfold, theirs.sixteenfold];
      return `| ${[signal, ...readings.map((db) => db.toFixed(2))].join(' | ')} |`;
    }),
  ]);
}
