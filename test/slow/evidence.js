// The log of a long claim: what was run, on what, and the figures.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** Writes docs/evidence/NAME.md. */
export function writeEvidence(name, title, lines) {
  const commit = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).stdout?.trim();
  const folder = new URL('../../docs/evidence/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const head = [
    `# ${title}`,
    '',
    `- command: \`npm run slow -- ${name}\``,
    `- date: ${new Date().toISOString().slice(0, 10)}, commit: ${commit || 'unknown'}`,
    `- ${cpus()[0]?.model}, ${cpus().length} cores, ${process.platform} ${process.arch}, Node ${process.version}`,
    '',
  ];
  writeFileSync(new URL(`${name}.md`, folder), `${[...head, ...lines].join('\n')}\n`);
}
