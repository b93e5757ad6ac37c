// npm run bench [-- NAME...] [-- full]: answers the questions of bench/, one file each; prints tables and what became of the
// targets, and writes bench/results/quick.json or full.json.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { loadNow, machine, printTable } from './measure.js';
import { missingPeers, peers } from './peers.js';
import { judge } from './targets.js';

const QUESTIONS = [
  'envelope',
  'eq',
  'dynamics',
  'limiter',
  'loudness',
  'spectrum',
  'resample',
  'adaptive',
  'batch',
  'graph',
  'io',
  'startup',
  'memory',
  'accuracy',
  'whole',
].filter((name) => existsSync(new URL(`./${name}.js`, import.meta.url)));

/** Answers the questions one by one; what has been answered is on disk at any time. */
async function answer(names, full, file) {
  const report = { machine: machine(), peers, full, results: {}, targets: [] };
  const { cpu, cores, node, platform, commit, load, paceMs } = report.machine;
  console.log(`${cpu}, ${cores} cores, ${platform}, Node ${node}, commit ${commit}`);
  console.log(`load ${load.join(' ')}, pace ${paceMs} ms; ${full ? 'full' : 'quick'}`);
  console.log('Absolute times drift with the machine; ratios of one run are what to quote.');
  for (const [name, version] of Object.entries(peers)) console.log(`${name}: ${version ?? 'not installed'}`);
  let figures = {};
  for (const name of names) {
    const { question, run } = await import(`./${name}.js`);
    console.log(`\n${name}: ${question}`);
    const began = performance.now();
    const result = await run({ full });
    report.results[name] = { question, seconds: (performance.now() - began) / 1000, ...result };
    const twice = Object.keys(result?.figures ?? {}).find((figure) => figure in figures);
    if (twice !== undefined) throw new Error(`${name}: another question gives the figure "${twice}" too`);
    figures = { ...figures, ...result?.figures };
    report.targets = judge(figures, full);
    report.machine.loadAfter = loadNow();
    writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
  }
  return report;
}

/** bench/results/full.json or quick.json for all questions; for some, a file of their names. */
function resultFile(names, full) {
  const folder = new URL('./results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const kind = full ? 'full' : 'quick';
  return new URL(names.length > 0 ? `${kind}-${names.join('-')}.json` : `${kind}.json`, folder);
}

const words = process.argv.slice(2);
const full = words.includes('full');
const wanted = words.filter((word) => word !== 'full');
const unknown = wanted.find((word) => !QUESTIONS.includes(word));

if (unknown !== undefined) {
  console.error(`no bench is called "${unknown}"; there are ${QUESTIONS.join(', ')}, and the word full`);
  process.exitCode = 2;
} else {
  const names = wanted.length > 0 ? wanted : QUESTIONS;
  const { targets } = await answer(names, full, resultFile(wanted, full));
  console.log('\ntargets:');
  const measured = targets.filter(({ verdict }) => wanted.length === 0 || verdict !== 'not measured');
  if (measured.length > 0) printTable(measured.map(({ note, ...row }) => row));
  if (missingPeers.length > 0) console.log(`not installed, so not measured: ${missingPeers.join(', ')}`);
}
