// npm run bench [-- NAME...] [-- full]: answers the questions of bench/, one file each; prints tables and what became of the
// targets, and writes bench/results/quick.json or full.json, and a copy named for the commit and time.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { machine, printTable } from './measure.js';
import { missingPeers, peers } from './peers.js';
import { judge } from './targets.js';

const QUESTIONS = [
  'envelope',
  'eq',
  'dynamics',
  'limiter',
  'loudness',
  'spectrum',
  'adaptive',
  'graph',
  'io',
  'startup',
  'memory',
  'accuracy',
  'whole',
].filter((name) => existsSync(new URL(`./${name}.js`, import.meta.url)));

async function answer(names, full) {
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
    figures = { ...figures, ...result?.figures };
  }
  report.targets = judge(figures, full);
  report.machine.loadAfter = machine().load;
  return report;
}

function write(report) {
  const folder = new URL('./results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const text = `${JSON.stringify(report, null, 2)}\n`;
  const { commit, date } = report.machine;
  const kind = report.full ? 'full' : 'quick';
  writeFileSync(new URL(`${kind}.json`, folder), text);
  writeFileSync(new URL(`${kind}-${commit}-${date.slice(0, 16).replaceAll(':', '')}.json`, folder), text);
}

const words = process.argv.slice(2);
const full = words.includes('full');
const wanted = words.filter((word) => word !== 'full');
const unknown = wanted.find((word) => !QUESTIONS.includes(word));

if (unknown !== undefined) {
  console.error(`no bench is called "${unknown}"; there are ${QUESTIONS.join(', ')}, and the word full`);
  process.exitCode = 2;
} else {
  const report = await answer(wanted.length > 0 ? wanted : QUESTIONS, full);
  console.log('\ntargets:');
  const measured = report.targets.filter(({ verdict }) => wanted.length === 0 || verdict !== 'not measured');
  if (measured.length > 0) printTable(measured);
  if (missingPeers.length > 0) console.log(`not installed, so not measured: ${missingPeers.join(', ')}`);
  write(report);
}
