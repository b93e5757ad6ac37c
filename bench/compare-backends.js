// The two backends on the same work: how fast each is, and how far apart what they give.
import { audioFormat } from '../dist/audio/format.js';
import { onKernelMemory } from '../dist/dsp/kernel-memory.js';
import { definePipeline, loadPipelineStages, preparePipeline } from '../dist/graph/pipeline.js';
import { differenceOf } from './difference.js';
import { blocksOf, chorus, RATE } from './material.js';
import { mapValues, nanosecondsPerUnit } from './measure.js';

export const BACKENDS = ['reference', 'wasm'];

/** Columns for what `differenceOf` gives. */
export const accuracyColumns = ({ largest, mse, correlation }) => ({
  'largest difference': largest,
  MSE: mse,
  correlation,
});

/** A prepared pipeline and a task that puts the next block through it, with the samples in memory. */
export function chainTask(backend, stages, { frames = 4096, blocks }) {
  const pipeline = onKernelMemory(backend, (memory) =>
    preparePipeline(definePipeline({ stages }), { format: audioFormat(RATE, 2), maxFrames: frames, memory }),
  );
  const { run } = pipeline;
  let turn = 0;
  const next = () => {
    const block = blocks[turn++ % blocks.length];
    for (let n = 0; n < block.length; n++) run.input[n].set(block[n]);
    return run.process(frames);
  };
  return { run, next, meters: () => pipeline.meters() };
}

/** What a chain makes of all blocks and its tail, one array a channel. */
function outputOf(backend, stages, options) {
  const { run, next } = chainTask(backend, stages, options);
  const taken = options.blocks.map(() => next().channels.map((channel) => channel.slice()));
  for (const { channels } of run.flush()) taken.push(channels.map((channel) => channel.slice()));
  return taken.flat();
}

/** Both backends on chains of stages given by name: ns per stereo frame, in turns, and how far apart they are. */
export async function compareChains(chains, { full, frames = 4096 }) {
  const blocks = blocksOf(chorus(), frames);
  const rows = [];
  for (const [work, stages] of Object.entries(chains)) {
    await loadPipelineStages(definePipeline({ stages }));
    const tasks = Object.fromEntries(
      BACKENDS.map((backend) => [backend, chainTask(backend, stages, { frames, blocks }).next]),
    );
    const figures = await nanosecondsPerUnit(frames, tasks, { full });
    const [expected, found] = BACKENDS.map((backend) => outputOf(backend, stages, { frames, blocks }));
    rows.push({
      work,
      ...mapValues(figures, ({ median }) => median),
      'wasm min': figures.wasm.min,
      'wasm max': figures.wasm.max,
      ratio: figures.reference.median / figures.wasm.median,
      ...accuracyColumns(differenceOf(expected, found)),
    });
  }
  return rows;
}
