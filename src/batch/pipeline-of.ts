import { definePipeline, readPipelineFile } from '../engine/pipelines/pipeline-files.ts';

type Pipeline = Awaited<ReturnType<typeof readPipelineFile>>;

const read = new Map<string, Promise<Pipeline>>();
let current = '';

/**
 * A checked pipeline from its JSON, its path or its name. A file is read once a batch, so that all tracks go through one
 * pipeline.
 */
export async function pipelineOf(pipeline: string | object, batch: string): Promise<Pipeline> {
  if (typeof pipeline !== 'string') return definePipeline(pipeline);
  if (batch !== current) read.clear();
  current = batch;
  const known = read.get(pipeline) ?? readPipelineFile(pipeline);
  read.set(pipeline, known);
  return known;
}
