import type { Planar } from '../../audio/block.ts';
import type { StateMemory } from '../kernel-memory.ts';
import { HopSquares } from './hop-squares.ts';

/** Hops of 10 ms: the finest step that EBU Tech 3341 asks of a meter of maxima (its cases 13 and 14). */
export const HOPS_PER_SECOND = 100;
/** A mean square of -200 dB is silence: what a filter rings on with must not show. */
const SILENCE = 1e-20;

interface HopPowerOptions {
  readonly sampleRate: number;
  /** One a channel; see `channelWeights`. */
  readonly weights: readonly number[];
  /** Largest number of frames that `process` is called with. */
  readonly maxFrames: number;
}

/**
 * K-weighted energy of hops of 10 ms, all channels summed with their weights (ITU-R BS.1770-5, Annex 1, figure 1). Hops
 * begin at whole multiples of 10 ms, rounded down to a frame.
 */
export class HopPower {
  /** Of the hops that ended in the last block: the frame of the block before which each ends. */
  readonly ends: Int32Array;
  /** Of the same hops: the weighted sum of squares of their frames. */
  readonly energies: Float64Array;
  readonly #sampleRate: number;
  readonly #weights: readonly number[];
  /** The channels that count. */
  readonly #heard: readonly number[];
  readonly #audio: Float32Array[] = [];
  readonly #squares: HopSquares;
  /** Frames taken, hops ended. */
  readonly #count: Float64Array;

  constructor(state: StateMemory, { sampleRate, weights, maxFrames }: HopPowerOptions) {
    // Below 100 Hz the first block has the hops that end before its first frame as well.
    const maxHops = Math.ceil(((maxFrames + 1) * HOPS_PER_SECOND) / sampleRate) + 1;
    this.#sampleRate = sampleRate;
    this.#heard = weights.flatMap((weight, channel) => (weight > 0 ? [channel] : []));
    this.#squares = new HopSquares(state, sampleRate, this.#heard.length, maxHops);
    this.#weights = this.#heard.map((channel) => weights[channel] * this.#squares.scale);
    this.#count = state.f64(2);
    this.ends = state.memory.i32(maxHops);
    this.energies = new Float64Array(maxHops);
  }

  /** Hops that have ended. */
  get hops(): number {
    return this.#count[1];
  }

  /** Frames in the `hops` hops of which the last has the number `last`, counted from 1; 1 for none, as below 100 Hz. */
  framesIn(hops: number, last: number): number {
    return Math.max(1, this.#end(last) - this.#end(last - hops));
  }

  /** Takes a block and says how many hops ended in it; see `ends` and `energies`. */
  process(channels: Planar, frames: number): number {
    const position = this.#count[0];
    const before = this.#count[1];
    let hops = 0;
    for (let end = this.#end(before + 1); end <= position + frames; end = this.#end(before + hops + 1)) {
      this.ends[hops] = end - position;
      hops += 1;
    }
    for (let n = 0; n < this.#heard.length; n++) this.#audio[n] = channels[this.#heard[n]];
    this.#squares.process(this.#audio, frames, this.ends, hops);
    for (let n = 0; n < hops; n++) this.energies[n] = this.#energy(n, this.framesIn(1, before + n + 1));
    this.#count[0] = position + frames;
    this.#count[1] = before + hops;
    return hops;
  }

  /** Frame before which a hop ends, of hops counted from 1. */
  #end(hop: number): number {
    return Math.floor((hop * this.#sampleRate) / HOPS_PER_SECOND);
  }

  #energy(n: number, frames: number): number {
    let energy = 0;
    for (let i = 0; i < this.#weights.length; i++) energy += this.#weights[i] * this.#squares.sum(i, n);
    return energy < SILENCE * frames ? 0 : energy;
  }
}
