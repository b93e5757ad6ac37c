import {
  checkPipeline,
  type PipelineTransform,
  type PipelineTransformOptions,
  pipelineTransform,
  withSettings,
} from '../graph/pipeline.ts';
import { partFiles } from './part-files.ts';
import { readPipelineFile } from './pipeline-files.ts';
import { pipelineRegistry } from './pipeline-registry.ts';

/** How a pipeline is loaded and run. */
export interface LoadPipelineOptions extends PipelineTransformOptions {
  /** Settings put in before it is checked, as on the command line: `['limiter.ceiling=-2']`. */
  readonly set?: readonly string[];
  /** Whether it may name files outside of its folder (for JSON as a value: the working folder). @default false */
  readonly allowOutside?: boolean;
}

/**
 * A pipeline as one Transform of AudioBlocks: the path of a file, the name of a shipped one (`mastering`), or the
 * JSON itself as a value.
 * @throws AuralisError of kind `pipeline`, with every problem on a line of its own
 */
export async function loadPipeline(
  pipeline: string | object,
  { set = [], allowOutside = false, ...options }: LoadPipelineOptions = {},
): Promise<PipelineTransform> {
  const parts = partFiles(allowOutside);
  const definition =
    typeof pipeline === 'string'
      ? await readPipelineFile(pipeline, { allowOutside })
      : checkPipeline(pipeline, { where: 'pipeline', path: null, parts, registry: pipelineRegistry(parts) });
  return pipelineTransform(withSettings(definition, set), options);
}
