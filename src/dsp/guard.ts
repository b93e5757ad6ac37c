import type { Planar } from '../audio/block.ts';
import type { StateMemory } from './kernel-memory.ts';

/** Largest magnitude that passes: +60 dBFS. */
export const GUARD_LIMIT = 1000;

/** What the guard has replaced so far. */
export interface GuardReport {
  /** Samples replaced by 0. */
  readonly replaced: number;
  /** Absolute frame of the first one, or null when there was none. */
  readonly firstFrame: number | null;
}

/** Keeps NaN, infinities and samples above +60 dBFS out of every recursive state: they become 0 and are counted. */
export class Guard {
  /** Frames seen, samples replaced, first frame replaced (-1: none). */
  readonly #counts: Float64Array;
  readonly #state: StateMemory;

  constructor(state: StateMemory) {
    this.#state = state;
    this.#counts = state.f64(3);
    this.#counts[2] = -1;
  }

  get report(): GuardReport {
    return { replaced: this.#counts[1], firstFrame: this.#counts[2] < 0 ? null : this.#counts[2] };
  }

  process(channels: Planar, frames: number): void {
    const kernels = this.#state.memory.kernels;
    const counts = this.#counts;
    for (const channel of channels) {
      if (kernels && kernels.allWithin(channel.byteOffset, frames, GUARD_LIMIT)) continue;
      for (let i = 0; i < frames; i++) {
        if (Math.abs(channel[i]) <= GUARD_LIMIT) continue;
        channel[i] = 0;
        counts[1] += 1;
        const frame = counts[0] + i;
        if (counts[2] < 0 || frame < counts[2]) counts[2] = frame;
      }
    }
    counts[0] += frames;
  }
}
