// Does fusing pay? Ten stages in one pass in one stream, against one stream a stage; samples in memory.
import { finished } from 'node:stream/promises';
import { audioFormat } from '../dist/audio/format.js';
import { definePipeline, pipelineTransform } from '../dist/graph/pipeline.js';
import { eq, gain } from '../dist/index.js';
import { printTable, spread } from './measure.js';

export const question = 'ns per stereo frame of ten stages: fused in one pipeline, and one stream a stage';

const FORMAT = audioFormat(44100, 2);
const SECONDS = 20;
const ROUNDS = 5;
const BAND = { bands: [{ freq: 1000, gain: 1, q: 1 }] };

const CASES = [
  { stages: 'ten gain', frames: 512, entry: { stage: 'gain', gain: -0.1 }, make: () => gain({ gain: -0.1 }) },
  { stages: 'ten one-band eq', frames: 4096, entry: { stage: 'eq', ...BAND }, make: () => eq(BAND) },
];

/** The same block of noise over and over. */
function* blocks(frames) {
  let word = 1;
  const channels = [0, 1].map(() =>
    Float32Array.from({ length: frames }, () => {
      word = (Math.imul(word, 1664525) + 1013904223) | 0;
      return word / 2 ** 33;
    }),
  );
  const count = Math.floor((SECONDS * FORMAT.sampleRate) / frames);
  for (let n = 0; n < count; n++) yield { format: FORMAT, start: n * frames, frames, channels };
}

/** Sends all blocks through streams, one piped into the next, and waits for the end. */
async function throughStreams(streams, frames) {
  const [first] = streams;
  const last = streams.reduce((from, to) => from.pipe(to));
  last.resume();
  for (const block of blocks(frames)) {
    if (!first.write(block)) await new Promise((resolve) => first.once('drain', resolve));
  }
  first.end();
  await finished(last);
}

async function nanoseconds(work) {
  const began = performance.now();
  await work();
  return ((performance.now() - began) * 1e6) / (SECONDS * FORMAT.sampleRate);
}

export async function run() {
  const rows = [];
  for (const { stages, frames, entry, make } of CASES) {
    const ten = (one) => Array.from({ length: 10 }, one);
    const definition = definePipeline({ stages: ten(() => entry) });
    const options = { blockFrames: frames };
    const ways = {
      fused: () => throughStreams([pipelineTransform(definition, options)], frames),
      'stream a stage': () => throughStreams(ten(make), frames),
    };
    const times = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
    for (let round = 0; round <= ROUNDS; round++) {
      for (const [name, work] of Object.entries(ways)) {
        const time = await nanoseconds(work);
        if (round > 0) times[name].push(time);
      }
    }
    const median = Object.fromEntries(
      Object.entries(times).map(([name, list]) => [name, spread(list).median]),
    );
    rows.push({ stages, frames, ...median, ratio: median['stream a stage'] / median.fused });
  }
  printTable(rows);
  return rows;
}
