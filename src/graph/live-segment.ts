import { onKernelMemory } from '../dsp/kernel-memory.ts';
import { needsRestart } from '../stages/change-params.ts';
import { SwitchingRun } from '../stages/switching-run.ts';
import type { PipelineDefinition, PipelineEntry } from './definition.ts';
import { PreparedPipeline, type PrepareOptions } from './prepare-pipeline.ts';

/** What an entry is apart from its parameters, as text to compare. */
const wiringOf = ({ id, definition, inputs, key, mix, bypass }: PipelineEntry): string =>
  JSON.stringify([id, definition.name, inputs, key, mix, bypass]);

/** Whether a pipeline differs from another by values alone that its running stages can glide to. */
function canGlide(before: PipelineDefinition, after: PipelineDefinition): boolean {
  return (
    before.entries.length === after.entries.length &&
    after.entries.every((entry, n) => {
      const old = before.entries[n];
      return wiringOf(entry) === wiringOf(old) && !needsRestart(entry.definition, old.params, entry.params);
    })
  );
}

/**
 * A part of a pipeline that can change while audio flows: parameters glide where their stage can, and everything else
 * is a second one that takes over the state of what is the same, hears the input for a second, and is faded in, aligned.
 */
export class LiveSegment {
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

  /** What runs, or is taking over. */
  get prepared(): PreparedPipeline {
    return this.#prepared;
  }

  /** Becomes another one with the same formats: a no-op, bit for bit, for what is the same. */
  replace(definition: PipelineDefinition): void {
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
