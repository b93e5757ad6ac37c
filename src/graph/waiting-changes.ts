import type { Action } from './change.ts';
import type { CheckedActions } from './checked-actions.ts';
import type { PipelineDefinition } from './definition.ts';

/** A change that waits for its second graph: the frame it asks for, and whether it came unannounced. */
interface Waiting {
  readonly action: Action;
  readonly frame: number;
  readonly unannounced: boolean;
}

/** Changes that a second graph is needed for, until one can be begun: it is faded in with all of them. */
export class WaitingChanges {
  #waiting: readonly Waiting[] = [];

  get empty(): boolean {
    return this.#waiting.length === 0;
  }

  /** Latest frame of the output that one of them asks for; 0 where none asks for any. */
  get asked(): number {
    return Math.max(0, ...this.#waiting.map(({ frame }) => frame));
  }

  /** Adds changes that were announced for a frame of the output. */
  announced(actions: readonly Action[], frame: number): void {
    this.#add(actions.map((action) => ({ action, frame, unannounced: false })));
  }

  /** Adds one that came by wall clock. */
  arrived(action: Action): void {
    this.#add([{ action, frame: 0, unannounced: true }]);
  }

  /** What a pipeline becomes by all of them, or null where they don't fit it. */
  after(definition: PipelineDefinition, checked: CheckedActions): PipelineDefinition | null {
    return checked.afterAll(
      definition,
      this.#waiting.map(({ action }) => action),
    );
  }

  /** Ends the waiting and gives those that came unannounced. */
  take(): readonly Action[] {
    const taken = this.#waiting;
    this.#waiting = [];
    return taken.filter(({ unannounced }) => unannounced).map(({ action }) => action);
  }

  #add(waiting: readonly Waiting[]): void {
    this.#waiting = [...this.#waiting, ...waiting];
  }
}
