import { expect, it } from 'vitest';
import { createBlock } from '../../../src/audio/block.ts';
import { audioFormat } from '../../../src/audio/format.ts';
import { largestDifference, selfTest } from '../../../src/engine/run/self-test.ts';
import { definePipeline } from '../../../src/graph/parse-pipeline.ts';

it('finds that the backends differ by 0 on 20,000 frames, and that each is faster than real time', async () => {
  const audio = createBlock(audioFormat(44100, 2), 20_000);
  for (const channel of audio.channels)
    for (let i = 0; i < 20_000; i++) channel[i] = ((i * 7919) % 2001) / 2000 - 0.5;
  const pipeline = definePipeline({ stages: [{ stage: 'compressor' }, { stage: 'limiter' }] });
  const [wasm, reference] = [
    await selfTest('wasm', pipeline, audio, 0.05),
    await selfTest('reference', pipeline, audio, 0.05),
  ];
  expect(largestDifference(wasm.output, reference.output)).toBe(0);
  expect(wasm.output[0].some((sample) => sample !== 0)).toBe(true);
  expect(Math.min(wasm.timesRealTime, reference.timesRealTime)).toBeGreaterThan(1);
});
