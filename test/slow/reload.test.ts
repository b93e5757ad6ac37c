import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, expect, it } from 'vitest';
import { audioFormat } from '../../src/audio/format.ts';
import type { AnyStage } from '../../src/stages/define-stage.ts';
import { stages } from '../../src/stages/registry.ts';
import { stageParams } from '../../src/stages/stage-transform.ts';
import { changesOf, entriesOf } from '../support/other-settings.ts';
import { above4k, peakDb } from '../support/residue.ts';
import { type Signal, sine } from '../support/signals.ts';

const folder = mkdtempSync(join(tmpdir(), 'reload-'));
afterAll(() => rmSync(folder, { recursive: true }));

const MAIN = new URL('../../dist/cli/main.js', import.meta.url).pathname;
const RATE = 48000;
/** A second graph listens for a second and is faded in over 50 ms. */
const TURN = 1.2 * RATE;

/** Stages whose own distortion of a tone stands above 4 kHz: they change beside the others, 60 dB down. */
const DISTORTING: readonly string[] = ['clipper', 'saturator'];
/** What can't change while audio flows, because the stages behind would get other channels. */
const FIXED: readonly string[] = ['remix.channels', 'remix.map', 'remix.matrix'];

type Entry = Record<string, unknown>;

const inLine: readonly AnyStage[] = stages.filter(
  ({ changesRate, name }) => !changesRate && !DISTORTING.includes(name),
);
const beside: readonly AnyStage[] = stages.filter(({ name }) => DISTORTING.includes(name));
const idOf = ({ name }: AnyStage): string => name.replaceAll('-', '');

/** All stages one behind the other, doing little, and the distorting ones beside them. */
const ALL: readonly Entry[] = [
  ...inLine.flatMap((stage) => entriesOf(stage, stage.neutral, idOf(stage)) as Entry[]),
  { stage: 'mix', id: 'line' },
  ...beside.map((stage) => ({
    ...(stage.neutral as Entry),
    stage: stage.name,
    id: idOf(stage),
    input: 'in',
  })),
  { stage: 'mix', id: 'out', input: ['line', ...beside.map((stage) => ({ from: idOf(stage), gain: -60 }))] },
];

const TOPOLOGIES: readonly (readonly Entry[])[] = [
  [{ stage: 'gain', gain: -3 }, { stage: 'limiter' }],
  [
    { stage: 'crossover', id: 'bands', freqs: [300] },
    { stage: 'compressor', id: 'low', input: 'bands.low', threshold: -20 },
    { stage: 'mix', id: 'both', input: ['low', 'bands.high'] },
    { stage: 'limiter', lookahead: 8 },
  ],
];

interface Turn {
  readonly what: string;
  readonly stages: readonly Entry[];
}

const changed = (id: string, name: string, value: unknown): readonly Entry[] =>
  ALL.map((entry) => (entry.id === id ? { ...entry, [name]: value } : entry));

/** Every parameter of every stage to another value and back, and every third time another topology. */
function allTurns(): readonly Turn[] {
  const moves = [...inLine, ...beside].flatMap((stage) => {
    const id = idOf(stage);
    const hasOneOutput = stage.outputs(stageParams(stage, stage.neutral as never)).length === 1;
    const whole = hasOneOutput ? [['bypass', false, true] as const, ['mix', 1, 0.4] as const] : [];
    return [...changesOf(stage, stage.neutral), ...whole]
      .filter(([name]) => !FIXED.includes(`${stage.name}.${name}`))
      .map(([name, , to]): Turn => {
        return { what: `${stage.name}.${name} to ${JSON.stringify(to)}`, stages: changed(id, name, to) };
      });
  });
  return moves.flatMap((move, n) => [
    move,
    ...(n % 3 === 2 ? [{ what: 'topology', stages: TOPOLOGIES[((n - 2) / 3) % 2] }] : []),
  ]);
}

const residentMiB = (child: ChildProcess): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024;

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1];

const interleaved = ([left, right]: Signal, from: number, to: number): Buffer => {
  const samples = new Float32Array(2 * (to - from));
  for (let n = from; n < to; n++) samples.set([left[n], right[n]], 2 * (n - from));
  return Buffer.from(samples.buffer);
};

const planar = (bytes: Buffer): Signal => {
  const samples = new Float32Array(Uint8Array.from(bytes).buffer);
  return [0, 1].map((c) => Float32Array.from({ length: samples.length / 2 }, (_, n) => samples[2 * n + c]));
};

it('every parameter of every stage and the topology change during one run: no click, no frame lost, the same bytes from the report', async () => {
  const every = process.env.SHORT ? 7 : 1;
  const turns = allTurns().filter((_, n) => n % every === 0);
  const [pipeline, output, report] = ['pipeline.json', 'out.raw', 'report.jsonl'].map((name) =>
    join(folder, name),
  );
  const write = (entries: readonly Entry[]): void => {
    writeFileSync(`${pipeline}.new`, JSON.stringify({ stages: entries }));
    renameSync(`${pipeline}.new`, pipeline);
  };
  write(ALL);
  const first = join(folder, 'first.json');
  writeFileSync(first, JSON.stringify({ stages: ALL }));
  const raw = ['--raw', `f32le:${RATE}:2`, '--format', 'f32'];
  const tone = sine(audioFormat(RATE, 2), (turns.length + 2) * TURN, 1000, 10 ** (-12 / 20));
  const child = spawn(process.execPath, [MAIN, pipeline, '-', output, ...raw, '--report', report], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const lines = createInterface({ input: child.stderr! })[Symbol.asyncIterator]();
  const feed = async (turn: number): Promise<void> => {
    if (!child.stdin!.write(interleaved(tone, turn * TURN, (turn + 1) * TURN)))
      await once(child.stdin!, 'drain');
  };
  await feed(0);
  const resident: number[] = [];
  for (const [n, { what, stages: entries }] of turns.entries()) {
    write(entries);
    child.kill('SIGHUP');
    const { value } = await lines.next();
    expect(`${what}: ${value}`).toContain('pipeline reloaded');
    await feed(n + 1);
    resident.push(residentMiB(child));
  }
  await feed(turns.length + 1);
  child.stdin!.end();
  expect((await once(child, 'close'))[0]).toBe(0);
  expect(statSync(output).size).toBe(8 * tone[0].length);

  const found = readFileSync(output);
  const residue = above4k(planar(found));
  const moves = readFileSync(report, 'utf8')
    .split('\n')
    .filter((line) => line.includes('"type":"move"')).length;
  const worst = turns
    .map(({ what }, n) => ({ what, db: peakDb(residue, (n + 1) * TURN, (n + 2) * TURN) }))
    .sort((a, b) => b.db - a.db);
  const replayed = spawnSync(process.execPath, [MAIN, first, '-', '-', ...raw, '--automation', report], {
    input: interleaved(tone, 0, tone[0].length),
    maxBuffer: 2 ** 31,
  });
  const quarter = Math.floor(turns.length / 4);
  const grown = median(resident.slice(-quarter)) - median(resident.slice(quarter, 2 * quarter));
  const figures = { reloads: turns.length, moves, grownMiB: grown, worst: worst.slice(0, 5) };
  if (process.env.FIGURES) writeFileSync(process.env.FIGURES, JSON.stringify(figures));
  expect(worst.filter(({ db }) => db >= -60)).toEqual([]);
  expect(grown).toBeLessThan(20);
  expect(replayed.stdout.equals(found)).toBe(true);
}, 600_000);
