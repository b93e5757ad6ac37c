import { changedEntries, undriven } from './controllers-at-work.ts';
import type { PipelineDefinition, PipelineEntry } from './definition.ts';
import { checkBegun, definitionOf, type LiveSnapshot } from './live-snapshot.ts';
import { MovedNumbers } from './moved-numbers.ts';

/** What a pipeline that changes began as, what of it sounds, and what it is once all that was asked for so far is done. */
export class PipelineVersions {
  #begun: PipelineDefinition;
  #sounding: MovedNumbers;
  /** Null: what sounds. */
  #asked: PipelineDefinition | null = null;

  constructor(definition: PipelineDefinition) {
    this.#begun = definition;
    this.#sounding = new MovedNumbers(definition);
  }

  get sounding(): PipelineDefinition {
    return this.#sounding.definition;
  }

  set sounding(next: PipelineDefinition) {
    const { asked } = this;
    this.#sounding = new MovedNumbers(next);
    this.asked = asked;
  }

  get asked(): PipelineDefinition {
    return this.#asked ?? this.sounding;
  }

  set asked(next: PipelineDefinition) {
    this.#asked = next === this.sounding ? null : next;
  }

  /** Parameters of an entry of what sounds. */
  paramsOf(id: string): PipelineEntry['params'] {
    return this.#sounding.paramsOf(id);
  }

  /** Moves a number as `MovedNumbers` does; null also where what is asked for is not what sounds. */
  move(id: string, parameter: string, to: number): PipelineEntry['params'] | null {
    return this.#asked === null ? this.#sounding.move(id, parameter, to) : null;
  }

  /** Puts what controllers moved back to where it began; gives the entries of what sounds that are others now. */
  beginAnew(): readonly PipelineEntry[] {
    const moved = this.sounding;
    const asked = this.#asked && undriven(this.#asked, this.#begun);
    this.sounding = undriven(moved, this.#begun);
    this.#asked = asked;
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
    this.sounding = definitionOf(snapshot.sounding, this.asked);
  }
}
