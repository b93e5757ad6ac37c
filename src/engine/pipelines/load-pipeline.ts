import { usageError } from '../../audio/errors.ts';
import type { PipelineDefinition } from '../../graph/definition.ts';
import { checkPipeline } from '../../graph/parse-pipeline.ts';
import {
  type PipelineTransform,
  type PipelineTransformOptions,
  pipelineTransform,
} from '../../graph/pipeline-transform.ts';
import { withSettings } from '../../graph/settings.ts';
import { readAbPipeline } from './ab-pipeline.ts';
import { partFiles } from './part-files.ts';
import { readPipelineFile } from './pipeline-files.ts';
import { pipelineRegistry } from './pipeline-registry.ts';

/** How a pipeline is loaded and run. */
export interface LoadPipelineOptions extends PipelineTransformOptions {
  /** Settings put in before it is checked, as on the command line: `['limiter.ceiling=-2']`. */
  readonly set?: readonly string[];
  /** Whether it may name files outside of its folder (for JSON as a value: the working folder). @default false */
  readonly allowOutside?: boolean;
  /** A second file beside the first, made as loud: `set('ab.position', 'b')` has it heard. */
  readonly ab?: string;
}

/**
 * A pipeline as one Transform of AudioBlocks: the path of a file, the name of a shipped one (`mastering`), or the
 * JSON itself as a value.
 * @throws AuralisError of kind `pipeline`, with every problem on a line of its own
 */
export async function loadPipeline(
  pipeline: string | object,
  { set = [], allowOutside = false, ab, ...options }: LoadPipelineOptions = {},
): Promise<PipelineTransform> {
  const definition = await definitionOf(pipeline, allowOutside, ab);
  return pipelineTransform(withSettings(definition, set), options);
}

async function definitionOf(
  pipeline: string | object,
  allowOutside: boolean,
  ab: string | undefined,
): Promise<PipelineDefinition> {
  if (typeof pipeline === 'string') {
    return ab === undefined
      ? readPipelineFile(pipeline, { allowOutside })
      : readAbPipeline(pipeline, ab, { allowOutside });
  }
  if (ab !== undefined) throw usageError('ab: needs a pipeline that is a file, got a value');
  const parts = partFiles(allowOutside);
  return checkPipeline(pipeline, {
    where: 'pipeline',
    path: null,
    parts,
    registry: pipelineRegistry(parts),
  });
}
