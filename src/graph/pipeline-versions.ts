import { changedEntries, undriven } from './controllers-at-work.ts';
import type { PipelineDefinition, PipelineEntry } from './definition.ts';
import { checkBegun, definitionOf, type LiveSnapshot } from './live-snapshot.ts';

/** What a pipeline that changes began as, what of it sounds, and what it is once all that was asked for so far is done. */
export class PipelineVersions {
  #begun: PipelineDefinition;
  sounding: PipelineDefinition;
  asked: PipelineDefinition;

  constructor(definition: PipelineDefinition) {
    this.#begun = definition;
    this.sounding = definition;
    this.asked = definition;
  }

  /** Puts what controllers moved back to where it began; gives the entries of what sounds that are others now. */
  beginAnew(): readonly PipelineEntry[] {
    const moved = this.sounding;
    this.asked = undriven(this.asked, this.#begun);
    this.sounding = undriven(moved, this.#begun);
    return changedEntries(moved, this.sounding);
  }

  snapshot(): Pick<LiveSnapshot, 'begun' | 'definition' | 'sounding'> {
    return {
      begun: this.#begun.source,
      definition: this.asked.source,
      sounding: this.sounding.source,
    };
  }

  /** Goes on with those of a snapshot; refuses one of another pipeline. */
  restore(snapshot: LiveSnapshot): void {
    const own = this.asked;
    checkBegun(snapshot, own);
    this.#begun = definitionOf(snapshot.begun, own);
    this.asked = definitionOf(snapshot.definition, own);
    this.sounding = definitionOf(snapshot.sounding, own);
  }
}
