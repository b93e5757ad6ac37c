// What the graph room offers to engine and to the library, name by name.
export type {
  InputRef,
  NamedParameter,
  PartFile,
  PartResolver,
  PipelineController,
  PipelineDefinition,
  PipelineEntry,
  PipelineOrigin,
  PipelineOutput,
  PipelineRegistry,
  PipelineSource,
} from './definition.ts';
export { pipelineJsonSchema } from './json-schema.ts';
export { LivePipeline, preparePipeline } from './live-pipeline.ts';
export type { LiveSnapshot } from './live-snapshot.ts';
export { checkPipeline, definePipeline, parsePipeline } from './parse-pipeline.ts';
export {
  type PipelineTransform,
  type PipelineTransformOptions,
  pipelineTransform,
  type TransformSnapshot,
} from './pipeline-transform.ts';
export {
  loadPipelineStages,
  type PipelineSnapshot,
  PreparedPipeline,
  type PrepareOptions,
  sideBySide,
} from './prepare-pipeline.ts';
export { withSettings } from './settings.ts';
export { isTransparent } from './transparent.ts';
export { withFormat } from './with-format.ts';
