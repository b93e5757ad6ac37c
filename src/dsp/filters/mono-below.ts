import type { Planar } from '../../audio/block.ts';
import type { StateMemory } from '../kernel-memory.ts';
import { IDENTITY } from './biquad-design.ts';
import { FadingFilter } from './fading-filter.ts';
import { designLinkwitzRiley, designLinkwitzRileySum } from './linkwitz-riley.ts';
import { StereoCascade, type StereoSections } from './stereo-cascade.ts';

const ORDER = 4;
const OFF: StereoSections = { even: [IDENTITY, IDENTITY], odd: [IDENTITY, IDENTITY], midSide: false };

/** Sections that can be off, which a block asks for more often than coefficients can be compared. */
class BassCascade extends StereoCascade {
  readonly #on: Int32Array;

  constructor(state: StateMemory, sections: number, channels: number) {
    super(state, sections, channels);
    this.#on = state.i32(1);
  }

  get isIdentity(): boolean {
    return this.#on[0] === 0;
  }

  override setCoefs(sections: StereoSections): void {
    super.setCoefs(sections);
    this.#on[0] = Number(sections !== OFF);
  }

  override copyCoefs(other: BassCascade): void {
    super.copyCoefs(other);
    this.#on.set(other.#on);
  }

  override copyFrom(other: BassCascade): void {
    super.copyFrom(other);
    this.#on.set(other.#on);
  }
}

/**
 * Makes the bass mono: the side goes through a Linkwitz-Riley high-pass of order 4, the mid through the allpass that
 * such a crossover sums to. Both have the same phase at every frequency, so above the corner left and right keep their
 * relation, and no image is smeared.
 */
export class MonoBelow {
  readonly #sampleRate: number;
  readonly #filter: FadingFilter<StereoSections>;

  /** `scratch` has two arrays and may be shared. */
  constructor(state: StateMemory, sampleRate: number, scratch: Planar) {
    this.#sampleRate = sampleRate;
    this.#filter = new FadingFilter<StereoSections, BassCascade>(
      state,
      sampleRate,
      scratch,
      (channels) => new BassCascade(state, 2, channels),
    );
  }

  /** Corner in Hz, -6.02 dB of the side; 0 is off. With `glide` the new one fades in. */
  set(freqHz: number, glide: boolean): void {
    this.#filter.setCoefs(freqHz > 0 ? this.#design(freqHz) : OFF, glide);
  }

  #design(freqHz: number): StereoSections {
    return {
      even: [...designLinkwitzRileySum(ORDER, freqHz, this.#sampleRate), IDENTITY],
      odd: designLinkwitzRiley('highpass', ORDER, freqHz, this.#sampleRate),
      midSide: false,
    };
  }

  /** Mid and side, in place. */
  process(midSide: Planar, frames: number): void {
    this.#filter.process(midSide, frames);
  }
}
