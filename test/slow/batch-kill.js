// A batch can be killed at any time and started again: 20 times by SIGKILL at a random moment, then to the end. Every
// output has the bytes of a run that was let alone, no output that had its name was made again, no temporary file is left.
// Short form: six kills.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { writeCorpus } from './batch-corpus.js';
import { writeEvidence } from './evidence.js';

const CLI = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** Files under a folder with what tells whether they were written anew. */
function filesOf(folder) {
  const names = readdirSync(folder, { recursive: true }).filter((name) =>
    statSync(join(folder, name)).isFile(),
  );
  return new Map(
    names.map((name) => {
      const { ino, mtimeMs, size } = statSync(join(folder, name));
      return [name, `${ino} ${mtimeMs} ${size}`];
    }),
  );
}

const outputsOf = (folder) => new Map([...filesOf(folder)].filter(([name]) => name.endsWith('.wav')));

function hashesOf(folder) {
  const names = [...outputsOf(folder).keys()].sort();
  return names.map(
    (name) =>
      `${name} ${createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex')}`,
  );
}

export async function run({ short }) {
  const kills = short ? 6 : 20;
  const folder = mkdtempSync(join(tmpdir(), 'auralis-kill-'));
  try {
    const [input, whole, killed] = ['in', 'whole', 'killed'].map((name) => join(folder, name));
    writeCorpus(input, 40, short ? 10 : 30);
    const args = (out) => [
      CLI,
      'batch',
      input,
      '-o',
      out,
      '--pipeline',
      'mastering',
      '--jobs',
      '2',
      '--skip-done',
      '--quiet',
    ];
    const began = performance.now();
    spawnSync(process.execPath, args(whole), { stdio: 'ignore' });
    const alone = performance.now() - began;
    let madeAgain = 0;
    let temporary = 0;
    let seen = new Map();
    for (let n = 0; n < kills; n++) {
      const child = spawn(process.execPath, args(killed), { stdio: 'ignore' });
      const exit = once(child, 'exit');
      await Promise.race([exit, wait(300 + Math.random() * Math.max(1500, (3 * alone) / kills))]);
      child.kill('SIGKILL');
      await exit;
      const now = statSync(killed, { throwIfNoEntry: false }) ? outputsOf(killed) : new Map();
      temporary += [...(now.size ? filesOf(killed).keys() : [])].filter((name) =>
        name.endsWith('.part'),
      ).length;
      madeAgain += [...seen].filter(([name, mark]) => now.get(name) !== mark).length;
      seen = now;
      console.log(`kill ${n + 1}: ${now.size} outputs`);
    }
    const { status } = spawnSync(process.execPath, args(killed), { stdio: 'ignore' });
    const last = outputsOf(killed);
    madeAgain += [...seen].filter(([name, mark]) => last.get(name) !== mark).length;
    const left = [...filesOf(killed).keys()].filter((name) => name.endsWith('.part')).length;
    const same = hashesOf(killed).join() === hashesOf(whole).join();
    const passed = same && madeAgain === 0 && left === 0 && status === 5;
    const lines = [
      `${kills} kills, ${temporary} temporary files left by them; at the end ${last.size} outputs, ${same ? 'all' : 'NOT all'} with the bytes of an undisturbed run`,
      `outputs made again: ${madeAgain}; temporary files at the end: ${left}; exit code ${status} (5: two inputs are broken)`,
    ];
    for (const line of lines) console.log(line);
    console.log(passed ? 'batch-kill: passed' : 'batch-kill: FAILED');
    if (!short)
      writeEvidence(
        'batch-kill',
        'A batch killed and started again',
        lines.map((line) => `- ${line}`),
      );
    return passed;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
