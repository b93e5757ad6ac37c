// npm run bench [-- NAME...] [-- full]: answers the questions of bench/, one file each, and writes bench/results/latest.json.
import { mkdirSync, writeFileSync } from 'node:fs';
import { machine } from './measure.js';

const QUESTIONS = ['adaptive', 'batch', 'envelope', 'graph', 'kernels', 'resample', 'spectrum', 'whole'];

const words = process.argv.slice(2);
const full = words.includes('full');
const wanted = words.filter((word) => word !== 'full');
const unknown = wanted.filter((word) => !QUESTIONS.includes(word));

if (unknown.length > 0) {
  console.error(`no bench is called "${unknown[0]}"; there are ${QUESTIONS.join(', ')}, and the word full`);
  process.exitCode = 2;
} else {
  const report = { machine: machine(), full, results: {} };
  const { cpu, cores, node, platform } = report.machine;
  console.log(`${cpu}, ${cores} cores, ${platform}, Node ${node}`);
  console.log('Absolute times drift with the machine; ratios of one run are what to quote.');
  for (const name of wanted.length > 0 ? wanted : QUESTIONS) {
    const { question, run } = await import(`./${name}.js`);
    console.log(`\n${name}: ${question}`);
    report.results[name] = await run({ full });
  }
  const folder = new URL('./results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL('latest.json', folder), `${JSON.stringify(report, null, 2)}\n`);
}
