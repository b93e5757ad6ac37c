import { type AudioFormat, audioFormat } from '../../src/audio/format.ts';
import { type BackendName, onKernelMemory } from '../../src/dsp/kernel-memory.ts';
import {
  definePipeline,
  type PipelineDefinition,
  PreparedPipeline,
  sideBySide,
} from '../../src/graph/pipeline.ts';
import { drain, feed, join } from './render.ts';
import type { Signal } from './signals.ts';

/** How a graph under test runs; chunks are frames per call, repeated in turn. */
export interface GraphOptions {
  readonly format?: AudioFormat;
  readonly backend?: BackendName;
  readonly blockFrames?: number;
  readonly chunks?: readonly number[];
}

/** A pipeline, given as JSON or checked, prepared. */
export function prepareGraph(
  pipeline: object,
  { format = audioFormat(48000, 2), backend = 'wasm', blockFrames = 512 }: GraphOptions = {},
): PreparedPipeline {
  const definition = 'entries' in pipeline ? (pipeline as PipelineDefinition) : definePipeline(pipeline);
  return onKernelMemory(
    backend,
    (memory) => new PreparedPipeline(definition, { format, maxFrames: blockFrames, memory }),
  );
}

/** Signals through a pipeline from beginning to end: one an input, equally long; one comes back an output, by name. */
export function runGraph(
  pipeline: object,
  inputs: readonly Signal[],
  options: GraphOptions = {},
): Record<string, Signal> {
  const { run, definition } = prepareGraph(pipeline, options);
  const side = inputs.flat();
  const all = join(feed(run, side, options.chunks), drain(run));
  const outputs = sideBySide(all, run.outputFormats) as Signal[];
  return Object.fromEntries(definition.outputs.map(({ name }, n) => [name, outputs[n]]));
}
