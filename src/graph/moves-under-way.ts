import type { PipelineDefinition } from './definition.ts';
import { type Leaf, leafValue, type Move, withLeaf } from './move.ts';

/** The moves of a stream that may still be under way, on the clock of its output. */
export class MovesUnderWay {
  #moves: Move[] = [];

  get all(): readonly Move[] {
    return this.#moves;
  }

  add(move: Move): void {
    this.#moves.push(move);
  }

  /** Begins a move, from where its values stand at its frame; gives it as it is then. */
  begin(move: Move): Move {
    const leaves = move.leaves.map((leaf) => ({ ...leaf, from: this.takeLeaf(move.id, leaf, move.frame) }));
    const begun = { ...move, leaves };
    this.add(begun);
    return begun;
  }

  /** Forgets those that have arrived at a frame. */
  forgetBefore(frame: number): void {
    if (this.#moves.length === 0) return;
    this.#moves = this.#moves.filter((move) => move.frame + move.frames > frame);
  }

  /** A pipeline with all values where they are at a frame. */
  standingAt(definition: PipelineDefinition, frame: number): PipelineDefinition {
    return this.#moves.reduce((standing, move) => withMove(standing, move, frame), definition);
  }

  /** Where a value of an entry stands at a frame; the moves that had it so far have it no longer. */
  takeLeaf(id: string, { path, from }: Leaf, frame: number): unknown {
    let value = from;
    for (const move of this.#moves) {
      for (const leaf of move.leaves) {
        if (move.id !== id || leaf.until <= frame || leaf.path.join() !== path.join()) continue;
        value = leafValue(move, leaf, frame);
        leaf.until = frame;
      }
    }
    return value;
  }
}

/** A pipeline with the values of a move where they are at a frame. */
function withMove(definition: PipelineDefinition, move: Move, frame: number): PipelineDefinition {
  const standing = move.leaves.filter(({ until }) => until > frame);
  const entries = definition.entries.map((entry) => {
    if (entry.id !== move.id) return entry;
    const params = standing.reduce<unknown>(
      (changed, leaf) => withLeaf(changed, leaf.path, leafValue(move, leaf, frame)),
      entry.params,
    );
    return { ...entry, params: params as typeof entry.params };
  });
  return { ...definition, entries };
}
