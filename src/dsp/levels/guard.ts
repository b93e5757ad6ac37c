import type { Planar } from '../../audio/block.ts';
import type { StateMemory } from '../kernel-memory.ts';

/** Largest magnitude that passes: +60 dBFS. */
export const GUARD_LIMIT = 1000;

/** What the guard has replaced in one channel. */
export interface ChannelGuardReport {
  /** Samples replaced by 0. */
  readonly replaced: number;
  /** Absolute frames of the first one and the last. */
  readonly firstFrame: number;
  readonly lastFrame: number;
}

/** What the guard has replaced so far. */
export interface GuardReport {
  /** Samples replaced by 0. */
  readonly replaced: number;
  /** Absolute frame of the first one, or null when there was none. */
  readonly firstFrame: number | null;
  /** By channel, in their order; null for one in which nothing was replaced. */
  readonly channels: readonly (ChannelGuardReport | null)[];
}

/** Numbers kept for each channel: samples replaced, frame of the first and of the last. */
const FIELDS = 3;

/** Keeps NaN, infinities and samples above +60 dBFS out of every recursive state: they become 0 and are counted. */
export class Guard {
  readonly #framesSeen: Float64Array;
  readonly #found: Float64Array;
  readonly #state: StateMemory;

  constructor(state: StateMemory, channels: number) {
    this.#state = state;
    this.#framesSeen = state.f64(1);
    this.#found = state.f64(channels * FIELDS);
  }

  get report(): GuardReport {
    const channels = Array.from({ length: this.#found.length / FIELDS }, (_, c) => {
      const [replaced, firstFrame, lastFrame] = this.#found.subarray(c * FIELDS);
      return replaced > 0 ? { replaced, firstFrame, lastFrame } : null;
    });
    const hit = channels.filter((channel) => channel !== null);
    const replaced = hit.reduce((sum, channel) => sum + channel.replaced, 0);
    const firstFrame = replaced > 0 ? Math.min(...hit.map((channel) => channel.firstFrame)) : null;
    return { replaced, firstFrame, channels };
  }

  process(channels: Planar, frames: number): void {
    const kernels = this.#state.memory.kernels;
    for (let c = 0; c < channels.length; c++) {
      if (kernels?.allWithin(channels[c].byteOffset, frames, GUARD_LIMIT)) continue;
      this.#replace(c, channels[c], frames);
    }
    this.#framesSeen[0] += frames;
  }

  #replace(c: number, channel: Float32Array, frames: number): void {
    const found = this.#found.subarray(c * FIELDS, (c + 1) * FIELDS);
    for (let i = 0; i < frames; i++) {
      if (Math.abs(channel[i]) <= GUARD_LIMIT) continue;
      channel[i] = 0;
      const frame = this.#framesSeen[0] + i;
      if (found[0] === 0) found[1] = frame;
      found[2] = frame;
      found[0] += 1;
    }
  }
}
