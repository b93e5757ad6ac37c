import type { Transform } from 'node:stream';
import { pipelineError } from '../audio/errors.ts';
import { type BackendName, chooseBackend, onKernelMemory } from '../dsp/kernel-memory.ts';
import { blockTransform } from '../stages/block-transform.ts';
import type { Readings } from '../stages/define-stage.ts';
import type { PipelineDefinition } from './definition.ts';
import { type LivePipeline, preparePipeline } from './live-pipeline.ts';
import { loadPipelineStages } from './prepare-pipeline.ts';
import { withSetting } from './settings.ts';

/** How a pipeline runs. */
export interface PipelineTransformOptions {
  /** @default 'auto' */
  readonly backend?: BackendName | 'auto';
  /** Largest block that is processed at once, in frames; it does not change the sound. @default 4096 */
  readonly blockFrames?: number;
}

/** A whole pipeline as one Transform of AudioBlocks. */
export interface PipelineTransform extends Transform {
  /** Changes the parameter `id.parameter`: glides to the value, or fades to it where the stage must start anew. */
  set(path: string, value: unknown): void;
  /** What every stage has measured, by id; empty before the first block. */
  meters(): Readonly<Record<string, Readings>>;
}

/** Makes a Transform of a checked pipeline: one with a single input. Of its outputs `main` comes out. */
export function pipelineTransform(
  definition: PipelineDefinition,
  { backend = 'auto', blockFrames = 4096 }: PipelineTransformOptions = {},
): PipelineTransform {
  if (definition.inputs.length > 1) {
    throw pipelineError(
      `${definition.name}: a Transform has one input, the pipeline takes ${definition.inputs.join(', ')}`,
    );
  }
  /** With every setting so far, for the first format and for one that comes later. */
  let present = definition;
  let live: LivePipeline | null = null;
  const stream = blockTransform(async (format) => {
    await loadPipelineStages(present);
    live = onKernelMemory(chooseBackend(backend), (memory) =>
      preparePipeline(present, { format, maxFrames: blockFrames, memory }),
    );
    return live.run;
  });
  return Object.assign(stream, {
    set(path: string, value: unknown): void {
      present = withSetting(present, path, value);
      live?.replace(present);
    },
    meters: (): Readonly<Record<string, Readings>> => live?.meters() ?? {},
  });
}
