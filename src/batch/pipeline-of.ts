import { definePipeline, readPipelineFile } from '../engine/pipeline-files.ts';

type Pipeline = Awaited<ReturnType<typeof readPipelineFile>>;

const read = new Map<string, Promise<Pipeline>>();

/** A checked pipeline from its JSON, its path or its name. A file is read once, so that a batch has one pipeline from end to end. */
export async function pipelineOf(pipeline: string | object): Promise<Pipeline> {
  if (typeof pipeline !== 'string') return definePipeline(pipeline);
  const known = read.get(pipeline) ?? readPipelineFile(pipeline);
  read.set(pipeline, known);
  return known;
}
