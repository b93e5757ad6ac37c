import type { Planar } from '../../audio/block.ts';
import { clamp } from '../clamp.ts';
import type { StateMemory } from '../kernel-memory.ts';
import { laneSum } from './level-statistics.ts';

/** A frame's lane is its absolute position modulo 4, so that no cut changes the order of additions. */
const LANES = 4;

/**
 * Power of the audio in a stereo multiplex, hop by hop. At full deviation the pilot-tone system (Rec. ITU-R BS.450-4) sends
 * M + S sin(2 w t), M = (l + r) / 2 and S = (l - r) / 2; S lies far below its subcarrier, so half of its power is sent:
 *   mean M^2 + mean S^2 / 2 = 3/8 (mean l^2 + mean r^2) + 1/4 mean l r
 * Mono sends M alone, which is the same with l = r. What is above 0 dBFS deviates no further and counts as 0 dBFS; so 1, the
 * power of M at full scale, is the most there is.
 */
export class MultiplexPower {
  /** Of the hops that ended in the last block: the frame of the block before which each ends, and the mean power. */
  readonly ends: Int32Array;
  readonly powers: Float64Array;
  readonly #state: StateMemory;
  readonly #hopFrames: number;
  /** Sums of the hop that has begun. */
  readonly #lanes: Float64Array;
  /** Frames taken. */
  readonly #position: Float64Array;

  /** `maxFrames`: most frames of a block. */
  constructor(state: StateMemory, hopFrames: number, maxFrames: number) {
    const maxHops = Math.ceil(maxFrames / hopFrames) + 1;
    this.#state = state;
    this.#hopFrames = hopFrames;
    this.#lanes = state.f64(LANES);
    this.#position = state.f64(1);
    this.ends = new Int32Array(maxHops);
    this.powers = new Float64Array(maxHops);
  }

  /** Takes a block, of which the first channel and the last are heard, and says how many hops ended in it; see `ends` and `powers`. */
  process(channels: Planar, frames: number): number {
    const right = channels[channels.length - 1];
    let hops = 0;
    for (let from = 0; from < frames; ) {
      const position = this.#position[0];
      const left = this.#hopFrames - (position % this.#hopFrames);
      const span = Math.min(left, frames - from);
      this.#add(channels[0], right, from, span, position % LANES);
      this.#position[0] = position + span;
      from += span;
      if (span < left) break;
      this.ends[hops] = from;
      this.powers[hops] = laneSum(this.#lanes, 0) / this.#hopFrames;
      this.#lanes.fill(0);
      hops += 1;
    }
    return hops;
  }

  /** Kernel: `addMultiplexPower`. */
  #add(left: Float32Array, right: Float32Array, from: number, frames: number, lane: number): void {
    const { kernels } = this.#state.memory;
    const lanes = this.#lanes;
    if (kernels) {
      const at = 4 * from;
      kernels.addMultiplexPower(left.byteOffset + at, right.byteOffset + at, frames, lane, lanes.byteOffset);
      return;
    }
    for (let i = 0; i < frames; i++) {
      const l = clamp(left[from + i], -1, 1);
      const r = clamp(right[from + i], -1, 1);
      lanes[(lane + i) % LANES] += (l * l + r * r) * 0.375 + l * r * 0.25;
    }
  }
}
