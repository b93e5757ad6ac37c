// Timing shared by the benches: figures taken in turns, their median and spread, and tables of them.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { Bench } from 'tinybench';

// Node reads these certificates at each start, for connections that no run makes: twice as long as the rest of it takes.
delete process.env.NODE_EXTRA_CA_CERTS;

/** The middle value of a list, and its extremes. */
export function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const median = sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, min: sorted[0], max: sorted[sorted.length - 1] };
}

/** An object with the same keys and other values. */
export const mapValues = (object, change) =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value, key)]));

/**
 * What each task gives, a list of its figures: tasks in turns, A B A B, so that a machine that slows down slows them all.
 * The round before the first counts for nothing; it fills caches and lets compilers work.
 */
export async function inTurns(tasks, rounds) {
  const figures = mapValues(tasks, () => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [name, task] of Object.entries(tasks)) {
      const figure = await task();
      if (round > 0) figures[name].push(figure);
    }
  }
  return figures;
}

const STAT = '/proc/stat';
/** Milliseconds in a tick of the kernel's CPU accounts. */
const TICK = 10;
/** Part of one core that other processes may take during a turn that counts. */
const MOST_OTHER_WORK = 0.06;

/** CPU time in ms of everything but this process, since the machine started; null where the kernel does not tell. */
function otherWork() {
  if (!existsSync(STAT)) return null;
  const [, user, nice, system, , , irq, softIrq, steal] = readFileSync(STAT, 'utf8')
    .split('\n', 1)[0]
    .split(/\s+/)
    .map(Number);
  const own = process.cpuUsage();
  return TICK * (user + nice + system + irq + softIrq + steal) - (own.user + own.system) / 1000;
}

/**
 * Like `inTurns`, for what needs all cores to itself: rounds in which other processes worked are left out, and tried
 * again up to four times `rounds`. Gives the figures of the rounds that count and how many were tried. Tasks give the wall
 * seconds they took and the CPU seconds of processes that they ran.
 */
export async function inQuietTurns(tasks, rounds) {
  const figures = mapValues(tasks, () => []);
  const counted = () => Object.values(figures)[0].length;
  let tried = 0;
  for (; counted() < rounds && tried <= 4 * rounds; tried++) {
    const round = {};
    let quiet = true;
    for (const [name, task] of Object.entries(tasks)) {
      const before = otherWork();
      round[name] = await task();
      const { wall, cpu } = round[name];
      if (!Number.isFinite(wall + cpu)) throw new Error(`"${name}" does not say what it took`);
      const others = before === null ? 0 : otherWork() - before - 1000 * cpu;
      quiet &&= others <= TICK + 1000 * MOST_OTHER_WORK * wall;
    }
    if (tried > 0 && quiet) for (const [name, figure] of Object.entries(round)) figures[name].push(figure);
  }
  return { figures, counted: counted(), tried: tried - 1 };
}

/** Spread of the ns per unit of work of each task, in turns of tinybench; every call of a task does `units` units. */
export async function nanosecondsPerUnit(units, tasks, { full }) {
  const turn = async (run) => {
    const bench = new Bench({ time: full ? 60 : 12, iterations: 1, warmup: false });
    bench.add('turn', run);
    await bench.run();
    const { result } = bench.tasks[0];
    if (result.error) throw result.error;
    return (result.latency.p50 * 1e6) / units;
  };
  return mapValues(
    await inTurns(
      mapValues(tasks, (run) => () => turn(run)),
      full ? 7 : 5,
    ),
    spread,
  );
}

/** Wall seconds, and user and system seconds of all processes, of one shell command. */
export function timeCommand(command) {
  const { status, stderr } = spawnSync(
    'bash',
    ['-c', `set -o pipefail; TIMEFORMAT='%R %U %S'; time { ${command}; }`],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  if (status !== 0) throw new Error(`${command}\n${stderr}`);
  const [wall, user, system] = stderr.trim().split('\n').at(-1).split(' ').map(Number);
  return { wall, cpu: user + system };
}

/** Spread of wall and CPU seconds of each shell command, in turns. */
export async function timeCommands(commands, rounds) {
  const runs = await inTurns(
    mapValues(commands, (command) => () => timeCommand(command)),
    rounds,
  );
  return mapValues(runs, (list) => ({
    wall: spread(list.map(({ wall }) => wall)),
    cpu: spread(list.map(({ cpu }) => cpu)),
  }));
}

/** Seconds of work that a machine does, to tell by: 30 million turns of a linear congruential generator. */
function pace() {
  const began = performance.now();
  let word = 1;
  for (let n = 0; n < 3e7; n++) word = (Math.imul(word, 1664525) + 1013904223) | 0;
  return word === 0 ? 0 : performance.now() - began;
}

/** Load of the machine over 1, 5 and 15 minutes. */
export const loadNow = () => loadavg().map((value) => Number(value.toFixed(2)));

/** What the figures were taken on. */
export function machine() {
  const git = (...words) => spawnSync('git', words, { encoding: 'utf8' }).stdout?.trim() || null;
  return {
    date: new Date().toISOString(),
    commit: git('rev-parse', '--short', 'HEAD'),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    load: loadNow(),
    paceMs: Math.round(pace()),
  };
}

/** Prints rows as a table with numbers to three figures; the first row says what columns there are. */
export function printTable(rows) {
  const keys = Object.keys(rows[0]);
  const text = (value) =>
    typeof value === 'number' && !Number.isInteger(value)
      ? String(Number(value.toPrecision(3)))
      : String(value ?? '-');
  const widths = keys.map((key) => Math.max(key.length, ...rows.map((row) => text(row[key]).length)));
  const isNumber = keys.map((key) => rows.every((row) => row[key] === null || typeof row[key] === 'number'));
  const line = (cells) =>
    cells
      .map((cell, n) => (isNumber[n] ? cell.padStart(widths[n]) : cell.padEnd(widths[n])))
      .join('  ')
      .trimEnd();
  console.log(line(keys));
  console.log(widths.map((width) => '-'.repeat(width)).join('  '));
  for (const row of rows) console.log(line(keys.map((key) => text(row[key]))));
}
