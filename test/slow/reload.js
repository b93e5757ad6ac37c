// During one run every parameter of every stage is changed by a reload, and the topology every third time: no click, no frame
// lost, memory flat, and the report's stamps give the same bytes.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeEvidence } from './evidence.js';

export function run({ short }) {
  const folder = mkdtempSync(join(tmpdir(), 'auralis-reload-'));
  const figuresFile = join(folder, 'figures.json');
  const command = ['vitest', 'run', '--config', 'vitest.slow.config.ts', 'test/slow/reload.test.ts'];
  const env = { ...process.env, FIGURES: figuresFile, ...(short && { SHORT: '1' }) };
  try {
    const ok = spawnSync('npx', command, { stdio: 'inherit', env }).status === 0;
    const { reloads, moves, grownMiB, worst } = JSON.parse(readFileSync(figuresFile, 'utf8'));
    const lines = [
      `- ${reloads} reloads in one run, ${moves} of them stamped in the report, played again to the same bytes`,
      `- memory: ${grownMiB.toFixed(1)} MiB more in the last quarter than in the second (medians)`,
      '- largest of what is left above 4 kHz of a -12 dBFS tone at 1 kHz, with clipper and saturator 60 dB down (bound -60 dBFS):',
      ...worst.map(({ what, db }) => `  - ${what}: ${db.toFixed(1)} dBFS`),
    ];
    console.log(lines.join('\n'));
    if (ok && !short) writeEvidence('reload', 'Reloads during one run', lines);
    return ok;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
