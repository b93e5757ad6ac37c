// Do two workers do twice the work of one, with the same bytes? And what does a file cost that has next to nothing in it?
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeCorpus } from '../test/slow/batch-corpus.js';
import { inQuietTurns, mapValues, printTable, spread, timeCommand } from './measure.js';

export const question =
  'seconds for 40 tracks with --jobs 1 and --jobs 2 (mastering), and ms a file for 2,000 of 50 ms (gentle)';

const CLI = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

/** Files that have next to nothing in them. */
const TINY = 2000;

/** Wall and CPU seconds of one batch, and a hash over all it wrote. */
function batch(input, output, pipeline, jobs) {
  rmSync(output, { recursive: true, force: true });
  const words = [process.execPath, CLI, 'batch', input, '-o', output, '--pipeline', pipeline];
  // Two of the tracks are broken, so that it ends with 5.
  const line = `${[...words, '--jobs', jobs, '--quiet'].map((word) => `'${word}'`).join(' ')} 2>/dev/null`;
  const { wall, cpu } = timeCommand(`${line} || [ $? = 5 ]`);
  const hash = createHash('sha256');
  const names = readdirSync(output, { recursive: true }).filter((name) => name.endsWith('.wav'));
  for (const name of names.sort()) hash.update(name).update(readFileSync(join(output, name)));
  return { wall, cpu, files: names.length, hash: hash.digest('hex') };
}

export async function run({ full }) {
  const folder = mkdtempSync(join(tmpdir(), 'auralis-batch-'));
  const path = (name) => join(folder, name);
  try {
    writeCorpus(path('in'), 40, full ? 120 : 40);
    const hashes = new Set();
    const run = (jobs) => () => {
      const { hash, ...cost } = batch(path('in'), path(`out${jobs}`), 'mastering', jobs);
      hashes.add(hash);
      return cost;
    };
    const { figures, counted, tried } = await inQuietTurns({ one: run('1'), two: run('2') }, full ? 5 : 3);
    const same = hashes.size === 1;
    const { one, two } = mapValues(figures, (list) => ({
      wall: spread(list.map(({ wall }) => wall)),
      cpu: spread(list.map(({ cpu }) => cpu)),
    }));
    const batchJobs = counted
      ? spread(figures.one.map(({ wall }, turn) => wall / figures.two[turn].wall))
      : null;
    writeCorpus(path('tiny-source'), 6, 0.05);
    const source = path('tiny-source/A/track00.wav');
    mkdirSync(path('tiny'));
    for (let n = 0; n < TINY; n++) copyFileSync(source, path(`tiny/${n}.wav`));
    const tiny = batch(path('tiny'), path('tiny-out'), 'gentle', '2');
    const batchTiny = (1000 * tiny.wall) / TINY;
    const row = (what, { wall, cpu }, ratio, each) => ({
      what,
      'wall s': wall,
      'cpu s': cpu,
      'x of one': ratio,
      'ms a file': each,
    });
    const medians = ({ wall, cpu }) =>
      counted ? { wall: wall.median, cpu: cpu.median } : { wall: null, cpu: null };
    const rows = [
      row('40 tracks, --jobs 1', medians(one), counted ? 1 : null, null),
      row('40 tracks, --jobs 2', medians(two), batchJobs?.median ?? null, null),
      row(`${tiny.files} tiny files, --jobs 2`, tiny, null, batchTiny),
    ];
    printTable(rows);
    const range = batchJobs ? ` (${batchJobs.min.toFixed(2)} to ${batchJobs.max.toFixed(2)})` : '';
    console.log(`${counted} quiet rounds of ${tried}${range}; same bytes: ${same ? 'yes' : 'NO'}`);
    return { rows, same, one, two, counted, tried, figures: { batchJobs, batchTiny } };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
