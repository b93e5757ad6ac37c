import {
  definePipeline,
  type PipelineTransform,
  type PipelineTransformOptions,
  pipelineTransform,
  withSettings,
} from '../graph/pipeline.ts';
import { readPipelineFile } from './pipeline-files.ts';

/** How a pipeline is loaded and run. */
export interface LoadPipelineOptions extends PipelineTransformOptions {
  /** Settings put in before it is checked, as on the command line: `['limiter.ceiling=-2']`. */
  readonly set?: readonly string[];
}

/**
 * A pipeline as one Transform of AudioBlocks: the path of a file, the name of a shipped one (`mastering`), or the
 * JSON itself as a value.
 * @throws AuralisError of kind `pipeline`, with every problem on a line of its own
 */
export async function loadPipeline(
  pipeline: string | object,
  { set = [], ...options }: LoadPipelineOptions = {},
): Promise<PipelineTransform> {
  const definition =
    typeof pipeline === 'string' ? await readPipelineFile(pipeline) : definePipeline(pipeline);
  return pipelineTransform(withSettings(definition, set), options);
}
