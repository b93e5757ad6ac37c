// What does speed cost in sound? Nothing: the two backends give the same bits. A stereo piece of 232.7 s (20 s in quick)
// through the shipped mastering pipeline on both: levels, crest, third-octave spectrum, correlation.
import { readFileSync } from 'node:fs';
import { audioFormat } from '../dist/audio/format.js';
import { analyseSpectrum } from '../dist/engine/analysis/spectrum-analysis.js';
import { chainTask } from './compare-backends.js';
import { differenceOf } from './difference.js';
import { blocksOf, piece, RATE } from './material.js';
import { printTable } from './measure.js';

export const question = 'what the backends make of one piece through the mastering pipeline, in dB';

const FRAMES = 4096;
const FORMAT = audioFormat(RATE, 2);
const { stages } = JSON.parse(readFileSync(new URL('../pipelines/mastering.json', import.meta.url)));

/** The piece after the pipeline, one array a channel, as long as it was. */
function mastered(backend, channels) {
  const blocks = blocksOf(channels, FRAMES);
  const { run, next } = chainTask(backend, stages, { frames: FRAMES, blocks });
  const output = channels.map((channel) => new Float32Array(channel.length));
  let at = 0;
  const take = (block) => {
    for (const [n, channel] of block.channels.entries()) output[n].set(channel.subarray(0, block.frames), at);
    at += block.frames;
  };
  for (let n = 0; n < blocks.length; n++) take(next());
  for (const block of run.flush()) take(block);
  return output.map((channel) => channel.subarray(0, at));
}

const decibels = (power) => 10 * Math.log10(power);

/** RMS, peak and crest in dB, and the level of every third-octave band. */
async function levelsOf(channels) {
  let [squares, peak] = [0, 0];
  for (const channel of channels) {
    for (const x of channel) {
      squares += x * x;
      peak = Math.max(peak, Math.abs(x));
    }
  }
  const rms = decibels(squares / (channels.length * channels[0].length));
  const top = decibels(peak * peak);
  const { thirdOctaves } = (await analyseSpectrum(channels, { format: FORMAT, threads: 1 })).result()
    .programme;
  return { rms, peak: top, crest: top - rms, thirds: thirdOctaves.levels };
}

export async function run({ full }) {
  const seconds = full ? 232.7 : 20;
  const input = piece(seconds);
  const signals = { input, reference: mastered('reference', input), wasm: mastered('wasm', input) };
  const rows = [];
  const thirds = {};
  for (const [signal, channels] of Object.entries(signals)) {
    const { thirds: levels, ...figures } = await levelsOf(channels);
    thirds[signal] = levels;
    rows.push({ signal, ...figures });
  }
  printTable(rows);
  const difference = differenceOf(signals.reference, signals.wasm);
  const apart = Math.max(...thirds.reference.map((level, n) => Math.abs(level - thirds.wasm[n])));
  const bitEqual = signals.reference.every((channel, n) =>
    Buffer.from(channel.buffer, 0, channel.byteLength).equals(
      Buffer.from(signals.wasm[n].buffer, 0, channel.byteLength),
    ),
  );
  console.log(
    `${seconds} s; wasm against reference: ${bitEqual ? 'the same bits' : 'NOT the same bits'}; correlation ${difference.correlation.toFixed(9)}, largest difference ${difference.largest}, mean squared error ${difference.mse}, largest difference of a third octave ${apart} dB`,
  );
  return {
    seconds,
    rows,
    thirds,
    bitEqual,
    ...difference,
    'third octaves apart': apart,
    figures: { correlation: difference.correlation },
  };
}
