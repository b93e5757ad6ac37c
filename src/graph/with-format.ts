import type { PipelineDefinition, WantedFormat } from './definition.ts';
import { checkPipeline } from './parse-pipeline.ts';

/** The pipeline with its inputs brought to a rate and channels first, now and after every change of it. */
export function withFormat(definition: PipelineDefinition, wanted: WantedFormat): PipelineDefinition {
  if (wanted.rate === undefined && wanted.channels === undefined) return definition;
  return checkPipeline(definition.source, { ...definition.origin, wanted });
}
