import { type AudioFormat, audioFormat } from '../../src/audio/format.ts';
import { type BackendName, type KernelMemory, onKernelMemory } from '../../src/dsp/kernel-memory.ts';
import {
  definePipeline,
  type PipelineDefinition,
  PreparedPipeline,
  sideBySide,
} from '../../src/graph/pipeline.ts';
import { onKeptMemory } from './kept-memory.ts';
import { drain, feed, join } from './render.ts';
import type { Signal } from './signals.ts';

/** How a graph under test runs; chunks are frames per call, repeated in turn. */
export interface GraphOptions {
  readonly format?: AudioFormat;
  readonly backend?: BackendName;
  readonly blockFrames?: number;
  readonly chunks?: readonly number[];
}

function prepareOn(
  memory: KernelMemory,
  pipeline: object,
  { format = audioFormat(48000, 2), blockFrames = 512 }: GraphOptions,
): PreparedPipeline {
  const definition = 'entries' in pipeline ? (pipeline as PipelineDefinition) : definePipeline(pipeline);
  return new PreparedPipeline(definition, { format, maxFrames: blockFrames, memory });
}

/** A pipeline, given as JSON or checked, prepared. */
export const prepareGraph = (pipeline: object, options: GraphOptions = {}): PreparedPipeline =>
  onKernelMemory(options.backend ?? 'wasm', (memory) => prepareOn(memory, pipeline, options));

/** Signals through a pipeline from beginning to end: one an input, equally long; one comes back an output, by name. */
export function runGraph(
  pipeline: object,
  inputs: readonly Signal[],
  options: GraphOptions = {},
): Record<string, Signal> {
  return onKeptMemory(options.backend ?? 'wasm', (memory) => {
    const { run, definition } = prepareOn(memory, pipeline, options);
    const side = inputs.flat();
    const all = join(feed(run, side, options.chunks), drain(run));
    const outputs = sideBySide(all, run.outputFormats) as Signal[];
    return Object.fromEntries(definition.outputs.map(({ name }, n) => [name, outputs[n]]));
  });
}
