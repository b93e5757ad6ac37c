import type { Planar } from '../../audio/block.ts';
import { decodeMidSide, encodeMidSide } from '../gain/mid-side.ts';
import type { StateMemory } from '../kernel-memory.ts';
import { BiquadCascade } from './biquad-cascade.ts';
import type { BiquadCoefs } from './biquad-design.ts';
import type { ExchangeableFilter } from './fading-filter.ts';

/** Sections for channels 0, 2, 4... and for 1, 3, 5...; with `midSide` these are mid and side of two channels. */
export interface StereoSections {
  readonly even: readonly BiquadCoefs[];
  readonly odd: readonly BiquadCoefs[];
  readonly midSide: boolean;
}

/** A cascade with sections of its own for left and right, or for mid and side. */
export class StereoCascade implements ExchangeableFilter<StereoSections> {
  readonly #state: StateMemory;
  readonly #cascade: BiquadCascade;
  readonly #midSide: Int32Array;

  constructor(state: StateMemory, sections: number, channels: number) {
    this.#state = state;
    this.#cascade = new BiquadCascade(state, sections, channels);
    this.#midSide = state.i32(1);
  }

  setCoefs({ even, odd, midSide }: StereoSections): void {
    this.#cascade.setCoefs(even, odd);
    this.#midSide[0] = Number(midSide);
  }

  /** Filters are linear, so between left and right and mid and side the running state is turned as the signal is. */
  copyCoefs(other: StereoCascade): void {
    this.#cascade.copyCoefs(other.#cascade);
    const turn = other.#midSide[0] - this.#midSide[0];
    if (turn !== 0) this.#cascade.turnPairs(turn > 0 ? 0.5 : 1);
    this.#midSide[0] = other.#midSide[0];
  }

  copyFrom(other: StereoCascade): void {
    this.#cascade.copyFrom(other.#cascade);
    this.#midSide[0] = other.#midSide[0];
  }

  process(channels: Planar, frames: number): void {
    const { kernels } = this.#state.memory;
    const [left, right] = channels;
    const midSide = this.#midSide[0] === 1 && channels.length === 2;
    if (midSide) encodeMidSide(kernels, left, right, frames);
    this.#cascade.process(channels, frames);
    if (midSide) decodeMidSide(kernels, left, right, frames);
  }
}
