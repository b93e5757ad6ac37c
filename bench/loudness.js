// What does measuring cost? Loudness with and without true peak, levels, spectrum as stages; and how far apart the
// readings of the two backends are. Against ffmpeg's ebur128 as whole processes: the question "whole".
import { BACKENDS, chainTask } from './compare-backends.js';
import { blocksOf, chorus } from './material.js';
import { mapValues, nanosecondsPerUnit, printTable } from './measure.js';

export const question =
  'ns per stereo frame of the meters, 44.1 kHz, blocks of 4096, samples in memory; readings are compared too';

const FRAMES = 4096;

const METERS = {
  'loudness with true peak': { stage: 'loudness' },
  'loudness alone': { stage: 'loudness', truePeak: false },
  'analyzer (levels)': { stage: 'analyzer' },
  spectrum: { stage: 'spectrum' },
  'loudness-normalize': { stage: 'loudness-normalize' },
};

/** All numbers of a reading, in their order. */
const numbersOf = (value) =>
  typeof value === 'number'
    ? [value]
    : value && typeof value === 'object'
      ? Object.values(value).flatMap(numbersOf)
      : [];

/** What a meter reads of all blocks. */
function readingsOf(backend, stage, blocks) {
  const { next, meters } = chainTask(backend, [stage], { frames: FRAMES, blocks });
  for (let n = 0; n < blocks.length; n++) next();
  return numbersOf(meters());
}

export async function run({ full }) {
  const blocks = blocksOf(chorus(), FRAMES);
  const rows = [];
  for (const [meter, stage] of Object.entries(METERS)) {
    const tasks = Object.fromEntries(
      BACKENDS.map((backend) => [backend, chainTask(backend, [stage], { frames: FRAMES, blocks }).next]),
    );
    const figures = await nanosecondsPerUnit(FRAMES, tasks, { full });
    const [expected, found] = BACKENDS.map((backend) => readingsOf(backend, stage, blocks));
    const apart = expected.map((value, n) => (Object.is(value, found[n]) ? 0 : Math.abs(value - found[n])));
    rows.push({
      meter,
      ...mapValues(figures, ({ median }) => median),
      'wasm min': figures.wasm.min,
      'wasm max': figures.wasm.max,
      ratio: figures.reference.median / figures.wasm.median,
      readings: expected.length,
      'largest difference': Math.max(0, ...apart),
    });
  }
  printTable(rows);
  return { rows };
}
