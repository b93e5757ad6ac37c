import type { Transform } from 'node:stream';
import type * as z from 'zod';
import { usageError } from '../audio/errors.ts';
import { type AudioFormat, sameFormat } from '../audio/format.ts';
import { addPlanar } from '../dsp/gain/gain.ts';
import { type BackendName, chooseBackend, onKernelMemory, StateMemory } from '../dsp/kernel-memory.ts';
import { Guard } from '../dsp/levels/guard.ts';
import { AlignedRun, type BlockRun } from './aligned-run.ts';
import { blockTransform } from './block-transform.ts';
import { changeParams } from './change-params.ts';
import type { ProcessSpec, Readings, StageDefinition, StageProcessor } from './define-stage.ts';
import { explainIssues } from './explain-issues.ts';
import { RateChangeRun } from './rate-change-run.ts';
import { SwitchingRun } from './switching-run.ts';

/** How a single stage runs. */
export interface StageTransformOptions {
  /** @default 'auto' */
  readonly backend?: BackendName | 'auto';
  /** Largest block that the stage processes at once, in frames; it does not change the sound. @default 4096 */
  readonly blockFrames?: number;
}

/** One stage as a Transform of AudioBlocks. */
export interface StageTransform<P> extends Transform {
  /** Glides to new values, or fades to them where the stage must start anew; those not named keep theirs. */
  set(params: Partial<P>): void;
  /** What the stage has measured so far; empty before the first block. */
  meters(): Readings;
}

/** One stage, prepared, with its guard and its time kept. */
export interface StageRun<P> {
  readonly run: AlignedRun | RateChangeRun;
  readonly processor: StageProcessor<P>;
}

/** Prepares one stage with all that keeps its time. One with several outputs gives out their sum. */
export function prepareStage<S extends z.ZodObject>(
  definition: StageDefinition<S>,
  params: z.output<S>,
  spec: ProcessSpec,
): StageRun<z.output<S>> {
  const { format, maxFrames, memory } = spec;
  const outputFormat = definition.outputFormat(format, params);
  const processor = definition.prepare({ format, maxFrames, memory }, params);
  const state = new StateMemory(memory);
  if (definition.changesRate) {
    const guard = new Guard(state, format.channels);
    return {
      run: new RateChangeRun({ processor, outputFormats: [outputFormat], spec, state, guard }),
      processor,
    };
  }
  const outputs = definition.outputs(params).length;
  const apart = outputs > 1 || !sameFormat(format, outputFormat);
  const ports = apart
    ? Array.from({ length: outputs }, () => memory.planar(outputFormat.channels, maxFrames))
    : [];
  const run = new AlignedRun({
    format,
    outputFormats: [outputFormat],
    maxFrames,
    input: memory.planar(format.channels, maxFrames),
    state,
    guard: definition.transparent ? null : new Guard(state, format.channels),
    processor: {
      latency: processor.latency,
      end: () => {
        if (definition.transparent) processor.finish();
      },
      process(main, frames) {
        processor.process({ main, key: null, outputs: ports }, frames);
        const [sum, ...others] = ports;
        for (const port of others) addPlanar(memory.kernels, sum, port, frames, 1);
        return sum ?? main;
      },
    },
  });
  return { run, processor };
}

/** Prepares one stage for a format on a memory of its own. */
function openStage<S extends z.ZodObject>(
  definition: StageDefinition<S>,
  params: z.output<S>,
  format: AudioFormat,
  { backend = 'auto', blockFrames = 4096 }: StageTransformOptions,
): StageRun<z.output<S>> {
  return onKernelMemory(chooseBackend(backend), (memory) =>
    prepareStage(definition, params, { format, maxFrames: blockFrames, memory }),
  );
}

/** A stage whose every parameter can change while it runs. */
class LiveStage<S extends z.ZodObject> {
  readonly run: BlockRun;
  /** The run, where another can take over from it. */
  readonly #switching: SwitchingRun | null;
  readonly #definition: StageDefinition<S>;
  readonly #open: (params: z.output<S>) => StageRun<z.output<S>>;
  #processor: StageProcessor<z.output<S>>;

  constructor(
    definition: StageDefinition<S>,
    params: z.output<S>,
    format: AudioFormat,
    options: StageTransformOptions,
  ) {
    const { backend = 'auto', blockFrames = 4096 } = options;
    this.#definition = definition;
    this.#open = (changed) => openStage(definition, changed, format, options);
    const { run, switching, processor } = onKernelMemory(chooseBackend(backend), (memory) => {
      const stage = prepareStage(definition, params, { format, maxFrames: blockFrames, memory });
      const switching = stage.run instanceof AlignedRun ? new SwitchingRun(stage.run, memory) : null;
      return { ...stage, switching };
    });
    this.run = switching ?? run;
    this.#switching = switching;
    this.#processor = processor;
  }

  /** Glides to the new values, or fades to a stage prepared with them. */
  set(params: z.output<S>, restart: boolean): void {
    if (!restart && !this.#switching?.changing) {
      this.#processor.set(params);
      return;
    }
    const { name, outputFormat } = this.#definition;
    if (
      this.#switching === null ||
      !sameFormat(outputFormat(this.run.format, params), this.run.outputFormat)
    ) {
      throw usageError(`${name}: rate and channels of what comes out are fixed while audio runs`);
    }
    this.#switching.replace(() => {
      const { run, processor } = this.#open(params);
      this.#processor = processor;
      return run as AlignedRun;
    });
  }

  meters(): Readings {
    return this.#processor.meters();
  }
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
    let live: LiveStage<S> | null = null;
    const stream = blockTransform(async (format) => {
      await definition.load?.();
      live = new LiveStage(definition, params, format, options);
      return live.run;
    });
    return Object.assign(stream, {
      set(changes: Partial<Params>): void {
        const changed = changeParams(definition, params, changes, definition.name);
        live?.set(changed.params as Params, changed.restart);
        params = changed.params as Params;
      },
      meters: (): Readings => live?.meters() ?? {},
    });
  };
}
