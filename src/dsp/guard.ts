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
  /** Frames seen, samples replaced. */
  readonly #counts: Float64Array;
  readonly #firstFrame: Float64Array;
  readonly #state: StateMemory;

  constructor(state: StateMemory) {
    this.#state = state;
    this.#counts = state.f64(2);
    this.#firstFrame = state.f64(1, Number.POSITIVE_INFINITY);
  }

  get report(): GuardReport {
    const firstFrame = this.#firstFrame[0];
    return { replaced: this.#counts[1], firstFrame: Number.isFinite(firstFrame) ? firstFrame : null };
  }

  process(channels: Planar, frames: number): void {
    const kernels = this.#state.memory.kernels;
    const counts = this.#counts;
    for (const channel of channels) {
      if (kernels?.allWithin(channel.byteOffset, frames, GUARD_LIMIT)) continue;
      for (let i = 0; i < frames; i++) {
        if (Math.abs(channel[i]) <= GUARD_LIMIT) continue;
        channel[i] = 0;
        counts[1] += 1;
        this.#firstFrame[0] = Math.min(this.#firstFrame[0], counts[0] + i);
      }
    }
    counts[0] += frames;
  }
}
