// What the graph room offers to engine and to the library, name by name.
export type {
  InputRef,
  PartFile,
  PartResolver,
  PipelineDefinition,
  PipelineEntry,
  PipelineOrigin,
  PipelineOutput,
  PipelineSource,
} from './definition.ts';
export { pipelineJsonSchema } from './json-schema.ts';
export { LivePipeline, preparePipeline } from './live-pipeline.ts';
export { checkPipeline, definePipeline, parsePipeline } from './parse-pipeline.ts';
export {
  type PipelineTransform,
  type PipelineTransformOptions,
  pipelineTransform,
} from './pipeline-transform.ts';
export {
  isTransparent,
  loadPipelineStages,
  PreparedPipeline,
  type PrepareOptions,
  sideBySide,
} from './prepare-pipeline.ts';
export type { PipelineSnapshot, StageReading } from './relay.ts';
export { withSettings } from './settings.ts';
export { withFormat } from './with-format.ts';
