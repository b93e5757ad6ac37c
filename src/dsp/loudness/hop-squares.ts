import type { Planar } from '../../audio/block.ts';
import { flushTiny } from '../denormal.ts';
import type { StateMemory } from '../kernel-memory.ts';
import { kWeighting } from './k-weighting.ts';

/** Places of the state, each for both channels of a pair: what was one frame before, and two. */
const X1 = 0;
const D1 = 1;
const U1 = 2;
const U2 = 3;
const Y1 = 4;
const Y2 = 5;
const Z1 = 6;
const Z2 = 7;
const STATE = 8;
const PAIR = 2;

/**
 * Sums of squares of K-weighted channels, a sum for each hop. Direct form I, all gains taken out and given as one:
 *   u = second difference of x;  y = u + b1 u1 + b2 u2 - a1 y1 - a2 y2, the shelf;  z = y - e1 z1 - e2 z2, poles of the high-pass
 * The high-pass's zeros, both at 0 Hz, come first: differences of samples are exact, and DC is gone before anything is rounded.
 */
export class HopSquares {
  /** What the squares are to be multiplied by. */
  readonly scale: number;
  readonly #memory: StateMemory;
  readonly #coefs: Float64Array;
  /** Of each pair of channels; an odd last channel uses one lane of its pair. */
  readonly #states: readonly Float64Array[];
  /** Sums of the hop that has begun, and of those that ended in the last block: of both channels of each pair. */
  readonly #open: readonly Float64Array[];
  readonly #sums: readonly Float64Array[];

  /** `maxHops`: how many hops may end in a block. */
  constructor(state: StateMemory, sampleRate: number, channels: number, maxHops: number) {
    const [shelf, highpass] = kWeighting(sampleRate);
    const { memory } = state;
    const pairs = Array.from({ length: Math.ceil(channels / PAIR) });
    const gain = shelf.b0 * highpass.b0;
    this.scale = gain * gain;
    this.#memory = state;
    this.#coefs = memory.f64(6 * PAIR);
    [shelf.b1 / shelf.b0, shelf.b2 / shelf.b0, shelf.a1, shelf.a2, highpass.a1, highpass.a2].forEach(
      (value, n) => {
        this.#coefs.fill(value, PAIR * n, PAIR * (n + 1));
      },
    );
    this.#states = pairs.map(() => state.f64(STATE * PAIR));
    this.#open = pairs.map(() => state.f64(PAIR));
    this.#sums = pairs.map(() => memory.f64(maxHops * PAIR));
  }

  /** Sum of a channel over the n-th hop that ended in the last block. */
  sum(channel: number, n: number): number {
    return this.#sums[channel >> 1][PAIR * n + (channel & 1)];
  }

  /** Takes a block in which `hops` hops end, before the frames `ends`; the audio stays. */
  process(channels: Planar, frames: number, ends: Int32Array, hops: number): void {
    const { kernels } = this.#memory.memory;
    for (let pair = 0; pair < this.#states.length; pair++) {
      const left = channels[PAIR * pair];
      const right = channels[Math.min(PAIR * pair + 1, channels.length - 1)];
      const state = this.#states[pair];
      const sums = this.#sums[pair];
      const open = this.#open[pair];
      if (kernels) {
        kernels.hopSquares(
          this.#coefs.byteOffset,
          state.byteOffset,
          left.byteOffset,
          right.byteOffset,
          frames,
          ends.byteOffset,
          hops,
          sums.byteOffset,
          open.byteOffset,
        );
      } else {
        this.#processReference(left, 0, frames, ends, hops, state, sums, open);
        this.#processReference(right, 1, frames, ends, hops, state, sums, open);
      }
      flushTiny(state);
    }
  }

  /** Twin of the kernel `hopSquares`, for one lane of a pair. */
  #processReference(
    x: Float32Array,
    lane: number,
    frames: number,
    ends: Int32Array,
    hops: number,
    state: Float64Array,
    sums: Float64Array,
    open: Float64Array,
  ): void {
    let from = 0;
    let sum = open[lane];
    for (let hop = 0; hop <= hops; hop++) {
      const end = hop < hops ? ends[hop] : frames;
      for (; from < end; from++) {
        const z = this.#weighted(x[from], state, lane);
        sum += z * z;
      }
      if (hop === hops) break;
      sums[PAIR * hop + lane] = sum;
      sum = 0;
    }
    open[lane] = sum;
  }

  /** The next sample of a lane through the filter. */
  #weighted(x: number, state: Float64Array, lane: number): number {
    const c = this.#coefs;
    const at = (n: number): number => PAIR * n + lane;
    const d = x - state[at(X1)];
    const u = d - state[at(D1)];
    const fed = u + c[at(0)] * state[at(U1)] + c[at(1)] * state[at(U2)];
    const y = fed - c[at(3)] * state[at(Y2)] - c[at(2)] * state[at(Y1)];
    const z = y - c[at(5)] * state[at(Z2)] - c[at(4)] * state[at(Z1)];
    for (const later of [U2, Y2, Z2]) state[at(later)] = state[at(later - 1)];
    state[at(X1)] = x;
    state[at(D1)] = d;
    state[at(U1)] = u;
    state[at(Y1)] = y;
    state[at(Z1)] = z;
    return z;
  }
}
