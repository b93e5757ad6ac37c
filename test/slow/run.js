// npm run slow -- NAME [--short]: a long claim in full, its log written to docs/evidence/NAME.md; with --short a form
// of at most a minute that writes nothing. `thorough` has that form alone.
const CLAIMS = [
  'batch-kill',
  'ceiling',
  'day',
  'fuzz',
  'icecast',
  'kill',
  'mastering',
  'memory',
  'reload',
  'resume',
  'ten-gigabytes',
  'thorough',
];

const words = process.argv.slice(2);
const short = words.includes('--short');
const [name, ...rest] = words.filter((word) => word !== '--short');

if (!CLAIMS.includes(name) || rest.length > 0) {
  console.error(`usage: npm run slow -- NAME [--short], with NAME one of ${CLAIMS.join(', ')}`);
  process.exitCode = 2;
} else {
  const { run } = await import(`./${name}.js`);
  process.exitCode = (await run({ short })) ? 0 : 1;
}
