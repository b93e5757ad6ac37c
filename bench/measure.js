// Timing shared by the benches: median and spread of repeated runs, and whole processes taken in turns.
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { Bench } from 'tinybench';

/** The middle value of a list, and its extremes. */
export function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const median = sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, min: sorted[0], max: sorted[sorted.length - 1] };
}

/** Median ns per unit of work for each task, by tinybench; every task does `units` units in a call. */
export async function nanosecondsPerUnit(name, units, tasks, time = 300) {
  const bench = new Bench({ name, time, warmupTime: 100 });
  for (const [label, run] of Object.entries(tasks)) bench.add(label, run);
  await bench.run();
  return Object.fromEntries(bench.tasks.map((task) => [task.name, (task.result.latency.p50 * 1e6) / units]));
}

/** Wall, user and system seconds of one shell command. */
export function timeCommand(command) {
  const { status, stderr } = spawnSync('bash', ['-c', `TIMEFORMAT='%R %U %S'; time { ${command}; }`], {
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (status !== 0) throw new Error(`${command}\n${stderr}`);
  const [wall, user, system] = stderr.trim().split('\n').at(-1).split(' ').map(Number);
  return { wall, cpu: user + system };
}

/** Commands run in turns, A B A B, after one warm-up round; median and spread of each figure. */
export function timeInTurns(commands, rounds) {
  const runs = Object.fromEntries(Object.keys(commands).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const [name, command] of Object.entries(commands)) {
      const run = timeCommand(command);
      if (round > 0) runs[name].push(run);
    }
  }
  return Object.fromEntries(
    Object.entries(runs).map(([name, list]) => [
      name,
      { wall: spread(list.map(({ wall }) => wall)), cpu: spread(list.map(({ cpu }) => cpu)) },
    ]),
  );
}

/** First line that a program prints about its version, or null when it is not installed. */
export function versionOf(program, flag = '-version') {
  const { status, stdout } = spawnSync(program, [flag], { encoding: 'utf8' });
  return status === 0 ? stdout.split('\n')[0].trim() : null;
}

/** What the figures were taken on. */
export function machine() {
  const commit =
    spawnSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).stdout?.trim() || null;
  return {
    date: new Date().toISOString(),
    commit,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
  };
}

/** Prints rows of equal keys as a table with numbers to three figures. */
export function printTable(rows) {
  const keys = Object.keys(rows[0]);
  const text = (value) =>
    typeof value === 'number' && !Number.isInteger(value)
      ? String(Number(value.toPrecision(3)))
      : String(value ?? '-');
  const widths = keys.map((key) => Math.max(key.length, ...rows.map((row) => text(row[key]).length)));
  const line = (cells) =>
    cells
      .map((cell, n) =>
        typeof rows[0][keys[n]] === 'number' ? cell.padStart(widths[n]) : cell.padEnd(widths[n]),
      )
      .join('  ');
  console.log(line(keys));
  console.log(widths.map((width) => '-'.repeat(width)).join('  '));
  for (const row of rows) console.log(line(keys.map((key) => text(row[key]))));
}
