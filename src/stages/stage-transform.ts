import type { Transform } from 'node:stream';
import type * as z from 'zod';
import { usageError } from '../audio/errors.ts';
import type { AudioFormat } from '../audio/format.ts';
import { addScaled } from '../dsp/gain.ts';
import { Guard } from '../dsp/guard.ts';
import { type BackendName, chooseBackend, onKernelMemory, StateMemory } from '../dsp/kernel-memory.ts';
import { AlignedRun } from './aligned-run.ts';
import { blockTransform } from './block-transform.ts';
import { changeParams } from './change-params.ts';
import type { Readings, StageDefinition, StageProcessor } from './define-stage.ts';
import { explainIssues } from './explain-issues.ts';

/** How a single stage runs. */
export interface StageTransformOptions {
  /** @default 'auto' */
  readonly backend?: BackendName | 'auto';
  /** Largest block that the stage processes at once, in frames; it does not change the sound. @default 4096 */
  readonly blockFrames?: number;
}

/** One stage as a Transform of AudioBlocks. */
export interface StageTransform<P> extends Transform {
  /** Glides to new values of `live` parameters; those not named keep theirs. */
  set(params: Partial<P>): void;
  /** What the stage has measured so far; empty before the first block. */
  meters(): Readings;
}

/** One stage, prepared, with its guard and its time kept. */
export interface StageRun<P> {
  readonly run: AlignedRun;
  readonly processor: StageProcessor<P>;
}

/** Prepares one stage for a format on a memory of its own. One with several outputs gives out their sum. */
export function openStage<S extends z.ZodObject>(
  definition: StageDefinition<S>,
  params: z.output<S>,
  format: AudioFormat,
  { backend = 'auto', blockFrames = 4096 }: StageTransformOptions = {},
): StageRun<z.output<S>> {
  const maxFrames = blockFrames;
  return onKernelMemory(chooseBackend(backend), (memory) => {
    const processor = definition.prepare({ format, maxFrames, memory }, params);
    const state = new StateMemory(memory);
    const outputs = definition.outputs(params).length;
    const ports =
      outputs > 1 ? Array.from({ length: outputs }, () => memory.planar(format.channels, maxFrames)) : [];
    const run = new AlignedRun({
      format,
      maxFrames,
      input: memory.planar(format.channels, maxFrames),
      state,
      guard: definition.transparent ? null : new Guard(state),
      processor: {
        latency: processor.latency,
        process(main, frames) {
          processor.process({ main, key: null, outputs: ports }, frames);
          const [sum, ...others] = ports;
          for (const port of others) {
            port.forEach((channel, n) => {
              addScaled(memory.kernels, sum[n], channel, frames, 1);
            });
          }
          return sum ?? main;
        },
      },
    });
    return { run, processor };
  });
}

/** Checks parameters against a stage's schema and fills in the defaults. */
export function stageParams<S extends z.ZodObject>(
  definition: StageDefinition<S>,
  given: z.input<S>,
): z.output<S> {
  const checked = definition.params.safeParse(given);
  if (checked.success) return checked.data;
  throw usageError(explainIssues(checked.error, given, definition.params, definition.name).join('\n'));
}

/** Makes the library's factory of a stage: `compressor({ threshold: -20 })` is a Transform of AudioBlocks. */
export function stageFactory<S extends z.ZodObject>(definition: StageDefinition<S>) {
  type Params = z.output<S>;
  return (
    given: z.input<S> = {} as z.input<S>,
    options: StageTransformOptions = {},
  ): StageTransform<Params> => {
    let params = stageParams(definition, given);
    let opened: StageRun<Params> | null = null;
    const stream = blockTransform(async (format) => {
      await definition.load?.();
      opened = openStage(definition, params, format, options);
      return opened.run;
    });
    return Object.assign(stream, {
      set(changes: Partial<Params>): void {
        params = changeParams(definition, params, changes, definition.name) as Params;
        opened?.processor.set(params);
      },
      meters: (): Readings => opened?.processor.meters() ?? {},
    });
  };
}
