import type { Planar } from '../../audio/block.ts';
import { BiquadCascade } from '../filters/biquad-cascade.ts';
import type { StateMemory } from '../kernel-memory.ts';
import { kWeighting } from './k-weighting.ts';

/** Hops of 10 ms: the finest step that EBU Tech 3341 asks of a meter of maxima (its cases 13 and 14). */
export const HOPS_PER_SECOND = 100;
/** A mean square of -200 dB is silence: what a filter rings on with must not show. */
const SILENCE = 1e-20;

interface HopPowerOptions {
  readonly sampleRate: number;
  /** One a channel; see `channelWeights`. */
  readonly weights: readonly number[];
}

/**
 * K-weighted energy of hops of 10 ms, all channels summed with their weights (ITU-R BS.1770-5, Annex 1, figure 1). Hops
 * begin at whole multiples of 10 ms, rounded down to a frame.
 */
export class HopPower {
  readonly #sampleRate: number;
  readonly #weights: readonly number[];
  /** The channels that count. */
  readonly #heard: readonly number[];
  readonly #audio: Float32Array[] = [];
  readonly #filter: BiquadCascade;
  readonly #sums: Float64Array;
  /** Frames taken, hops ended, energy of the last one. */
  readonly #count: Float64Array;

  constructor(state: StateMemory, { sampleRate, weights }: HopPowerOptions) {
    this.#sampleRate = sampleRate;
    this.#heard = weights.flatMap((weight, channel) => (weight > 0 ? [channel] : []));
    this.#weights = this.#heard.map((channel) => weights[channel]);
    this.#filter = new BiquadCascade(state, 2, this.#heard.length);
    this.#sums = state.f64(this.#heard.length + (this.#heard.length % 2));
    this.#count = state.f64(3);
    this.reset();
  }

  /** Derives the coefficients anew, after a cleared state. */
  reset(): void {
    this.#filter.setCoefs(kWeighting(this.#sampleRate));
  }

  /** Hops that have ended. */
  get hops(): number {
    return this.#count[1];
  }

  /** Energy of the hop that ended last: the weighted sum of squares of its frames. */
  get energy(): number {
    return this.#count[2];
  }

  /** Frames in the last `hops` hops. */
  framesIn(hops: number): number {
    return this.#start(this.hops) - this.#start(this.hops - hops);
  }

  /** Takes frames from index `from`, up to the end of the hop at most, and says how many. */
  process(channels: Planar, from: number, frames: number): number {
    const end = this.#start(this.hops + 1);
    const taken = Math.min(frames, end - this.#count[0]);
    for (let n = 0; n < this.#heard.length; n++) this.#audio[n] = channels[this.#heard[n]];
    this.#filter.addSquares(this.#audio, from, taken, this.#sums);
    this.#count[0] += taken;
    if (this.#count[0] === end) this.#close();
    return taken;
  }

  /** Frame at which a hop begins. */
  #start(hop: number): number {
    return Math.floor((hop * this.#sampleRate) / HOPS_PER_SECOND);
  }

  #close(): void {
    this.#count[1] += 1;
    let energy = 0;
    for (let n = 0; n < this.#weights.length; n++) energy += this.#weights[n] * this.#sums[n];
    this.#count[2] = energy < SILENCE * this.framesIn(1) ? 0 : energy;
    for (let n = 0; n < this.#sums.length; n++) this.#sums[n] = 0;
  }
}
