import { usageError } from '../audio/errors.ts';
import { definePipeline, readPipelineFile } from '../engine/pipelines/pipeline-files.ts';

type Pipeline = Awaited<ReturnType<typeof readPipelineFile>>;

const read = new Map<string, Promise<Pipeline>>();
let current = '';

/**
 * A checked pipeline from its JSON, its path or its name. A file is read once a batch, so that all tracks go through one
 * pipeline.
 * @throws AuralisError of kind `usage` for one with several inputs or outputs, which no track could go through
 */
export async function pipelineOf(pipeline: string | object, batch: string): Promise<Pipeline> {
  if (typeof pipeline !== 'string') return single(definePipeline(pipeline));
  if (batch !== current) read.clear();
  current = batch;
  const known = read.get(pipeline) ?? readPipelineFile(pipeline).then(single);
  read.set(pipeline, known);
  return known;
}

function single(pipeline: Pipeline): Pipeline {
  const { inputs, outputs } = pipeline;
  if (inputs.length > 1) {
    throw usageError(`the pipeline takes a second input "${inputs[1]}", each track of a batch is alone`);
  }
  if (outputs.length > 1) {
    throw usageError(
      `the pipeline has a further output "${outputs[1].name}", a batch writes one file a track`,
    );
  }
  return pipeline;
}
