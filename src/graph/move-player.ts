import type { StateMemory } from '../dsp/kernel-memory.ts';
import { needsRestart } from '../stages/change-params.ts';
import { leafValue, type Move, withLeaf } from './move.ts';
import type { GraphNode } from './node.ts';

/** Frames between two values of a ramp; counted from the frame where it begins. */
const STEP = 16;

/** A move of one node, on the clock of the pipeline it stands in. */
interface Playing {
  readonly move: Move;
  readonly node: GraphNode;
  /** Frame of the pipeline's input at which the node puts out the move's first frame. */
  readonly at: number;
  /** Frame of the pipeline's input at which the next value is due. */
  next: number;
}

/** Moves the parameters of a pipeline's nodes, each at the frame at which it is heard at the output frame asked for. */
export class MovePlayer {
  readonly #nodes: readonly GraphNode[];
  /** Frames of input so far. */
  readonly #frame: Float64Array;
  #playing: Playing[] = [];

  constructor(state: StateMemory, nodes: readonly GraphNode[]) {
    this.#nodes = nodes;
    this.#frame = state.f64(1);
  }

  /** Frames of input so far. */
  get frame(): number {
    return this.#frame[0];
  }

  /** Takes a move; `origin` is the stream frame at which the pipeline heard its first input. */
  push(move: Move, origin: number): void {
    const node = this.#nodes.find(({ id }) => id === move.id);
    if (node === undefined) return;
    const at = move.frame - origin + node.latency;
    this.#playing.push({ move, node, at, next: Math.max(at, this.#frame[0]) });
  }

  /** Frames until the next value is due; what is due now is set first. */
  span(): number {
    const now = this.#frame[0];
    let next = Number.POSITIVE_INFINITY;
    for (const playing of this.#playing) {
      if (playing.next <= now) this.#step(playing, now);
      next = Math.min(next, playing.next);
    }
    if (next === Number.POSITIVE_INFINITY) this.#playing = [];
    else this.#playing = this.#playing.filter((playing) => playing.next < Number.POSITIVE_INFINITY);
    return next - now;
  }

  /** Counts frames that have been processed. */
  advance(frames: number): void {
    this.#frame[0] += frames;
  }

  #step(playing: Playing, now: number): void {
    const { move, node, at } = playing;
    const end = at + move.frames;
    const reached = Math.min(end, at + (Math.floor((now - at) / STEP) + 1) * STEP);
    const standing = move.leaves.filter(({ until }) => until > move.frame + (now - at));
    const present = node.processor.params as object;
    const params = standing.reduce<unknown>(
      (changed, leaf) => withLeaf(changed, leaf.path, leafValue(move, leaf, move.frame + (reached - at))),
      present,
    ) as object;
    playing.next = reached >= end ? Number.POSITIVE_INFINITY : reached;
    // In the pipeline that is faded out, an entry of this id may be of another make.
    if (standing.length === 0 || needsRestart(node.definition, present, params)) return;
    node.processor.set(params, move.frames > 0 ? reached - now : undefined);
  }
}
