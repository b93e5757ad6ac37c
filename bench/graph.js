// What do wiring, threads, block sizes and stages cost? Ten stages in one pass in one stream against one stream a stage;
// three-band on one thread and on two, file to file, ten minutes of audio and an hour; the chain at blocks of 64 to 16384
// frames; one to twenty stages, on samples in memory.
import { rmSync } from 'node:fs';
import { finished } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { audioFormat } from '../dist/audio/format.js';
import { definePipeline, pipelineTransform } from '../dist/graph/pipeline.js';
import { eq, gain } from '../dist/index.js';
import { CHAIN } from './chain.js';
import { BACKENDS, chainTask } from './compare-backends.js';
import { blocksOf, chorus, inFolder, piece, RATE, writeWav } from './material.js';
import {
  inQuietTurns,
  inTurns,
  mapValues,
  nanosecondsPerUnit,
  printTable,
  spread,
  timeCommand,
} from './measure.js';

export const question = 'ns per stereo frame: fused and not, by block size, by number of stages';

const CLI = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const FORMAT = audioFormat(RATE, 2);
const BAND = { bands: [{ freq: 1000, gain: 1, q: 1 }] };

const CASES = [
  { stages: 'ten gain', frames: 512, entry: { stage: 'gain', gain: -0.1 }, make: () => gain({ gain: -0.1 }) },
  { stages: 'ten one-band eq', frames: 4096, entry: { stage: 'eq', ...BAND }, make: () => eq(BAND) },
];

/** Sends all blocks through streams, one piped into the next, and waits for the end; ns per frame. */
async function throughStreams(streams, blocks, frames) {
  const began = performance.now();
  const [first] = streams;
  const last = streams.reduce((from, to) => from.pipe(to));
  last.resume();
  let start = 0;
  for (const channels of blocks) {
    const block = { format: FORMAT, start, frames, channels };
    if (!first.write(block)) await new Promise((resolve) => first.once('drain', resolve));
    start += frames;
  }
  first.end();
  await finished(last);
  return ((performance.now() - began) * 1e6) / start;
}

async function fusing({ full }) {
  const rows = [];
  for (const { stages, frames, entry, make } of CASES) {
    const blocks = blocksOf(full ? piece(20) : chorus(), frames);
    const ten = (one) => Array.from({ length: 10 }, one);
    const definition = definePipeline({ stages: ten(() => entry) });
    const ways = {
      fused: () => throughStreams([pipelineTransform(definition, { blockFrames: frames })], blocks, frames),
      'stream a stage': () => throughStreams(ten(make), blocks, frames),
    };
    const { fused, 'stream a stage': separate } = mapValues(await inTurns(ways, 5), spread);
    rows.push({
      stages,
      frames,
      fused: fused.median,
      min: fused.min,
      max: fused.max,
      'stream a stage': separate.median,
      ratio: separate.median / fused.median,
    });
  }
  return rows;
}

/**
 * Whole processes with three-band on one thread and on two, file to file: the ratio turn by turn, null where it was never
 * quiet. What was written before goes first: to free a file that is written over takes time that is not the graph's.
 */
const onThreads = (seconds, rounds) =>
  inFolder(async (path) => {
    writeWav(path('in.wav'), seconds);
    const run = (threads) => () => {
      rmSync(path('out.wav'), { force: true });
      return timeCommand(
        `${process.execPath} ${CLI} three-band ${path('in.wav')} ${path('out.wav')} --quiet --threads ${threads}`,
      );
    };
    const { figures, counted, tried } = await inQuietTurns({ one: run(1), two: run(2) }, rounds);
    const ratio = counted ? spread(figures.one.map(({ wall }, turn) => wall / figures.two[turn].wall)) : null;
    console.log(
      ratio
        ? `\nthree-band, ${seconds} s, ${counted} quiet rounds of ${tried}: ${ratio.median.toFixed(2)} times as fast on two threads (${ratio.min.toFixed(2)} to ${ratio.max.toFixed(2)})`
        : `\nthree-band, ${seconds} s: other processes worked during all of ${tried} rounds, two threads not measured`,
    );
    return ratio;
  });

/** The same pipeline at several sizes or lengths, both backends. */
async function series(column, values, settingOf, options) {
  const rows = [];
  for (const value of values) {
    const { stages, frames } = settingOf(value);
    const blocks = blocksOf(chorus(), frames);
    const tasks = Object.fromEntries(
      BACKENDS.map((backend) => [backend, chainTask(backend, stages, { frames, blocks }).next]),
    );
    const figures = await nanosecondsPerUnit(frames, tasks, options);
    rows.push({ [column]: value, ...mapValues(figures, ({ median }) => median) });
  }
  console.log('');
  printTable(rows);
  return rows;
}

export async function run(options) {
  const rows = await fusing(options);
  printTable(rows);
  const threadsGraph = await onThreads(options.full ? 600 : 60, options.full ? 7 : 3);
  const threadsHour = options.full ? await onThreads(3600, 3) : null;
  const sizes = options.full ? [16, 64, 256, 1024, 4096, 16384] : [64, 1024, 4096];
  const counts = options.full ? [1, 2, 5, 10, 20] : [1, 5, 20];
  const blockSizes = await series(
    'block frames',
    sizes,
    (frames) => ({ stages: CHAIN.stages, frames }),
    options,
  );
  const stageCounts = await series(
    'eq stages',
    counts,
    (count) => ({ stages: Array.from({ length: count }, () => ({ stage: 'eq', ...BAND })), frames: 4096 }),
    options,
  );
  return { rows, blockSizes, stageCounts, figures: { threadsGraph, threadsHour } };
}
