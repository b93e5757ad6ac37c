// Do two workers do twice the work of one, with the same bytes? And what does a file cost that has next to nothing in it?
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeCorpus } from '../test/slow/batch-corpus.js';
import { printTable, spread } from './measure.js';

export const question =
  'seconds for 40 tracks with --jobs 1 and --jobs 2 (mastering), and ms a file for 2,000 of 50 ms (gentle)';

const CLI = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

/** Seconds of one batch, and a hash over all it wrote. */
function batch(input, output, pipeline, jobs) {
  rmSync(output, { recursive: true, force: true });
  const began = performance.now();
  spawnSync(process.execPath, [
    CLI,
    'batch',
    input,
    '-o',
    output,
    '--pipeline',
    pipeline,
    '--jobs',
    jobs,
    '--quiet',
  ]);
  const seconds = (performance.now() - began) / 1000;
  const hash = createHash('sha256');
  const names = readdirSync(output, { recursive: true }).filter((name) => name.endsWith('.wav'));
  for (const name of names.sort()) hash.update(name).update(readFileSync(join(output, name)));
  return { seconds, files: names.length, hash: hash.digest('hex') };
}

export async function run({ full }) {
  const folder = mkdtempSync(join(tmpdir(), 'auralis-batch-'));
  const path = (name) => join(folder, name);
  try {
    writeCorpus(path('in'), 40, full ? 120 : 40);
    const runs = { 1: [], 2: [] };
    for (let round = 0; round < (full ? 5 : 3); round++) {
      for (const jobs of ['1', '2'])
        runs[jobs].push(batch(path('in'), path(`out${jobs}`), 'mastering', jobs));
    }
    const [one, two] = ['1', '2'].map((jobs) => spread(runs[jobs].map(({ seconds }) => seconds)));
    const same = new Set(Object.values(runs).flatMap((list) => list.map(({ hash }) => hash))).size === 1;
    writeCorpus(path('tiny-source'), 6, 0.05);
    const source = path('tiny-source/A/track00.wav');
    mkdirSync(path('tiny'));
    for (let n = 0; n < 2000; n++) copyFileSync(source, path(`tiny/${n}.wav`));
    const tiny = batch(path('tiny'), path('tiny-out'), 'gentle', '2');
    const rows = [
      { what: '40 tracks, --jobs 1', seconds: one.median, 'x of one': 1, 'ms a file': null },
      {
        what: '40 tracks, --jobs 2',
        seconds: two.median,
        'x of one': one.median / two.median,
        'ms a file': null,
      },
      {
        what: `${tiny.files} tiny files`,
        seconds: tiny.seconds,
        'x of one': null,
        'ms a file': tiny.seconds / 2,
      },
    ];
    printTable(rows);
    console.log(`same bytes: ${same ? 'yes' : 'NO'}`);
    return { rows, same };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
