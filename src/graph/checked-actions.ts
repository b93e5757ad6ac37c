import { AuralisError } from '../audio/errors.ts';
import { type Action, after } from './change.ts';
import type { PipelineDefinition } from './definition.ts';

/** What becomes of a pipeline by actions, checked once: an action is tried as soon as it comes, and done a little later. */
export class CheckedActions {
  readonly #tried = new WeakMap<Action, { before: PipelineDefinition; next: PipelineDefinition }>();

  /** A pipeline after an action. */
  after(definition: PipelineDefinition, action: Action): PipelineDefinition {
    const known = this.#tried.get(action);
    if (known?.before === definition) return known.next;
    const next = after(definition, action);
    this.#tried.set(action, { before: definition, next });
    return next;
  }

  /** A pipeline after some actions, or null when they don't fit it. */
  afterAll(definition: PipelineDefinition, actions: readonly Action[]): PipelineDefinition | null {
    try {
      return actions.reduce((present, action) => this.after(present, action), definition);
    } catch (error) {
      if (error instanceof AuralisError) return null;
      throw error;
    }
  }
}
