import type { Transform } from 'node:stream';
import { type BackendName, chooseBackend, onKernelMemory } from '../dsp/kernel-memory.ts';
import { blockTransform } from '../stages/block-transform.ts';
import type { Readings } from '../stages/define-stage.ts';
import type { PipelineDefinition } from './definition.ts';
import { loadPipelineStages, type PreparedPipeline, preparePipeline } from './prepare-pipeline.ts';

/** How a pipeline runs. */
export interface PipelineTransformOptions {
  /** @default 'auto' */
  readonly backend?: BackendName | 'auto';
  /** Largest block that is processed at once, in frames; it does not change the sound. @default 4096 */
  readonly blockFrames?: number;
}

/** A whole pipeline as one Transform of AudioBlocks. */
export interface PipelineTransform extends Transform {
  /** Glides the `live` parameter `id.parameter` to a new value. */
  set(path: string, value: unknown): void;
  /** What every stage has measured, by id; empty before the first block. */
  meters(): Readonly<Record<string, Readings>>;
}

/** Makes a Transform of a checked pipeline. */
export function pipelineTransform(
  definition: PipelineDefinition,
  { backend = 'auto', blockFrames = 4096 }: PipelineTransformOptions = {},
): PipelineTransform {
  let prepared: PreparedPipeline | null = null;
  /** Changes asked for before the first block. */
  const early: [path: string, value: unknown][] = [];
  const stream = blockTransform(async (format) => {
    await loadPipelineStages(definition);
    prepared = onKernelMemory(chooseBackend(backend), (memory) =>
      preparePipeline(definition, { format, maxFrames: blockFrames, memory }),
    );
    for (const [path, value] of early) prepared.set(path, value);
    return prepared.run;
  });
  return Object.assign(stream, {
    set(path: string, value: unknown): void {
      if (prepared) prepared.set(path, value);
      else early.push([path, value]);
    },
    meters: (): Readonly<Record<string, Readings>> => prepared?.meters() ?? {},
  });
}
