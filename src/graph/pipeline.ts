// The graph room's names that the library, the tests and the benches begin with; other rooms import the files themselves.
export type { PipelineDefinition, PipelineRegistry } from './definition.ts';
export { LivePipeline, preparePipeline } from './live-pipeline.ts';
export { checkPipeline, definePipeline, parsePipeline } from './parse-pipeline.ts';
export {
  type PipelineTransform,
  type PipelineTransformOptions,
  pipelineTransform,
  type TransformSnapshot,
} from './pipeline-transform.ts';
export { loadPipelineStages, PreparedPipeline, sideBySide } from './prepare-pipeline.ts';
export { withSettings } from './settings.ts';
export { isTransparent } from './transparent.ts';
export { withFormat } from './with-format.ts';
