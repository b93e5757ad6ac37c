import type { StateMemory } from '../dsp/kernel-memory.ts';
import { needsRestart } from '../stages/change-params.ts';
import { atRate, leafValue, type Move, withLeaf } from './move.ts';
import type { GraphNode } from './node.ts';

/** Frames between two values of a ramp; counted from the frame where it begins. */
const STEP = 16;

/** A move of one node, on the clock of the segment it stands in. */
interface Playing {
  /** As it was asked for, on the clock of the output, and as it is here. */
  readonly asked: Move;
  readonly move: Move;
  readonly node: GraphNode;
  /** Frame of the pipeline's input at which the node puts out the move's first frame. */
  readonly at: number;
  /** Frame of the pipeline's input at which the next value is due. */
  next: number;
}

/** A move under way and the frame of the segment's input at which its next value is due. */
export interface PlayingMove {
  readonly move: Move;
  readonly next: number;
}

/** The clock that moves are asked for on: Hz of the output, and its frame at which the pipeline heard its first input. */
export interface OutputClock {
  readonly rate: number;
  readonly origin: number;
}

/** Moves the parameters of a pipeline's nodes, each at the frame at which it is heard at the output frame asked for. */
export class MovePlayer {
  readonly #nodes: readonly GraphNode[];
  /** Hz of the segment. */
  readonly #rate: number;
  /** Frames of input so far. */
  readonly #frame: Float64Array;
  #playing: Playing[] = [];

  constructor(state: StateMemory, nodes: readonly GraphNode[], rate: number) {
    this.#nodes = nodes;
    this.#rate = rate;
    this.#frame = state.f64(1);
  }

  /** Frames of input so far. */
  get frame(): number {
    return this.#frame[0];
  }

  /** Takes a move; one that had been under way elsewhere goes on where its next value is due. */
  push(asked: Move, { rate, origin }: OutputClock, next?: number): void {
    const node = this.#nodes.find(({ id }) => id === asked.id);
    if (node === undefined) return;
    const move = atRate(asked, this.#rate, rate);
    const at = move.frame - Math.round((origin * this.#rate) / rate) + node.latency;
    this.#playing.push({ asked, move, node, at, next: next ?? Math.max(at, this.#frame[0]) });
  }

  /** The moves under way. */
  get playing(): readonly PlayingMove[] {
    return this.#playing.map(({ asked, next }) => ({ move: asked, next }));
  }

  /** Drops what it has; its clock is begun anew by whoever keeps the state. */
  clear(): void {
    this.#playing = [];
  }

  /** Frames until the next value is due; what is due now is set first. */
  span(): number {
    if (this.#playing.length === 0) return Number.POSITIVE_INFINITY;
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
    const present = node.processor.params as object;
    let params = present;
    for (const leaf of move.leaves) {
      if (leaf.until <= move.frame + (now - at)) continue;
      params = withLeaf(params, leaf.path, leafValue(move, leaf, move.frame + (reached - at))) as object;
    }
    playing.next = reached >= end ? Number.POSITIVE_INFINITY : reached;
    // In the pipeline that is faded out, an entry of this id may be of another make.
    if (params === present || needsRestart(node.definition, present, params)) return;
    node.processor.set(params, move.frames > 0 ? reached - now : undefined);
  }
}
