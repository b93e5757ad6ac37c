import { expect, it } from 'vitest';
import { audioFormat } from '../../src/audio/format.ts';
import { PlanDrawing } from '../../src/cli/plan-drawing.ts';
import { onKernelMemory } from '../../src/dsp/kernel-memory.ts';
import { readPipelineFile, shippedPipelines } from '../../src/engine/pipelines/pipeline-files.ts';
import { PreparedPipeline } from '../../src/graph/pipeline.ts';
import { planPipeline } from '../../src/graph/plan.ts';

it('draws each of the 12 shipped pipelines: a dot for every stage, input and output', async () => {
  const names = await shippedPipelines();
  expect(names).toHaveLength(12);
  for (const name of names) {
    const definition = await readPipelineFile(name);
    const plan = onKernelMemory('reference', (memory) => {
      const options = { format: audioFormat(48000, 2), maxFrames: 64, memory };
      return planPipeline(definition, new PreparedPipeline(definition, options));
    });
    const drawing = new PlanDrawing(plan, {
      input: String,
      entry: ({ id }) => id,
      output: String,
    }).toString();
    const ends = definition.inputs.length + definition.outputs.length;
    expect([name, drawing.match(/[●◌]/g)?.length, drawing.match(/○/g)?.length]).toEqual([
      name,
      definition.entries.length,
      ends,
    ]);
  }
});
