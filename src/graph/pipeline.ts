// What the graph room offers to engine and to the library, name by name.
export type { InputRef, PipelineDefinition, PipelineEntry, PipelineSource } from './definition.ts';
export { pipelineJsonSchema } from './json-schema.ts';
export { definePipeline, parsePipeline } from './parse-pipeline.ts';
export {
  type PipelineTransform,
  type PipelineTransformOptions,
  pipelineTransform,
} from './pipeline-transform.ts';
export {
  isTransparent,
  loadPipelineStages,
  type PipelineSnapshot,
  PreparedPipeline,
  type PrepareOptions,
  preparePipeline,
  type StageReading,
} from './prepare-pipeline.ts';
export { withSettings } from './settings.ts';
