import { pipelineError } from '../audio/errors.ts';
import type { GuardReport } from '../dsp/guard.ts';
import { onKernelMemory } from '../dsp/kernel-memory.ts';
import { needsRestart } from '../stages/change-params.ts';
import type { Readings } from '../stages/define-stage.ts';
import { SwitchingRun } from '../stages/switching-run.ts';
import type { PipelineDefinition, PipelineEntry } from './definition.ts';
import { PreparedPipeline, type PrepareOptions, type StageReading } from './prepare-pipeline.ts';
import { withSetting } from './settings.ts';

/** What an entry is apart from its parameters, as text to compare. */
const wiringOf = ({ id, definition, inputs, key, channels, mix, bypass }: PipelineEntry): string =>
  JSON.stringify([id, definition.name, inputs, key, channels, mix, bypass]);

/** Whether a pipeline differs from another by values alone that its running stages can glide to. */
function canGlide(before: PipelineDefinition, after: PipelineDefinition): boolean {
  return (
    JSON.stringify(before.outputs) === JSON.stringify(after.outputs) &&
    before.entries.length === after.entries.length &&
    after.entries.every((entry, n) => {
      const old = before.entries[n];
      return wiringOf(entry) === wiringOf(old) && !needsRestart(entry.definition, old.params, entry.params);
    })
  );
}

/** What comes in and goes out stays while audio flows: streams hang on it. */
function checkEnds(before: PipelineDefinition, after: PipelineDefinition): void {
  const endsOf = ({ inputs, outputs }: PipelineDefinition): string =>
    `${inputs.join(', ')} to ${outputs.map(({ name }) => name).join(', ')}`;
  if (endsOf(before) === endsOf(after)) return;
  throw pipelineError(
    `${after.name}: goes from ${endsOf(after)}, the pipeline at work from ${endsOf(before)}; inputs and outputs stay`,
  );
}

/**
 * A pipeline that can change while audio flows: parameters glide where their stage can, and everything else is a second
 * pipeline that takes over the state of what is the same, hears the input for a second, and is faded in, aligned.
 */
export class LivePipeline {
  readonly run: SwitchingRun;
  readonly #options: PrepareOptions;
  /** What it is or is about to be. */
  #definition: PipelineDefinition;
  #prepared: PreparedPipeline;

  constructor(definition: PipelineDefinition, options: PrepareOptions) {
    this.#options = options;
    this.#definition = definition;
    this.#prepared = new PreparedPipeline(definition, options);
    this.run = new SwitchingRun(this.#prepared.run, options.memory);
  }

  get definition(): PipelineDefinition {
    return this.#definition;
  }

  /** Frames from the input to the output, before alignment. */
  get latency(): number {
    return this.#prepared.latency;
  }

  /** No stage changes a sample. */
  get transparent(): boolean {
    return this.#prepared.transparent;
  }

  /** What the guard has replaced, or null when no stage needs one. */
  get guard(): GuardReport | null {
    return this.#prepared.guard;
  }

  /** What every stage has measured, by id. */
  meters(): Readonly<Record<string, Readings>> {
    return this.#prepared.meters();
  }

  /** Readings of intervals that closed since the last call. */
  takeReadings(): readonly StageReading[] {
    return this.#prepared.takeReadings();
  }

  /** Changes one parameter, named `id.parameter` or deeper, as in `eq.bands[0].gain`. */
  set(name: string, value: unknown): void {
    this.replace(withSetting(this.#definition, name, value));
  }

  /** Becomes another pipeline: a no-op, bit for bit, for what is the same. */
  replace(definition: PipelineDefinition): void {
    checkEnds(this.#definition, definition);
    const glides = canGlide(this.#definition, definition) && !this.run.changing;
    const before = this.#definition;
    this.#definition = definition;
    if (!glides) {
      this.run.replace(() => this.#takeOver(definition));
      return;
    }
    definition.entries.forEach(({ id, params }, n) => {
      if (JSON.stringify(params) !== JSON.stringify(before.entries[n].params)) {
        this.#prepared.setParams(id, params);
      }
    });
  }

  #takeOver(definition: PipelineDefinition) {
    const { format, maxFrames } = this.#options;
    const next = onKernelMemory(
      this.#options.memory.backend,
      (memory) => new PreparedPipeline(definition, { format, maxFrames, memory }),
    );
    next.adopt(this.#prepared);
    this.#prepared = next;
    return next.run;
  }
}

/** Prepares a checked pipeline for a format on a memory. Stages with something to load must have loaded it. */
export function preparePipeline(definition: PipelineDefinition, options: PrepareOptions): LivePipeline {
  return new LivePipeline(definition, options);
}
