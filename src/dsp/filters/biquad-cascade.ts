import type { Planar } from '../../audio/block.ts';
import { flushTiny } from '../denormal.ts';
import { minusProduct } from '../exact-product.ts';
import type { StateMemory } from '../kernel-memory.ts';
import type { BiquadCoefs } from './biquad-design.ts';

/** Numbers a section: b0 c1 c2 a1 a2, each for both channels of a pair. */
const COEFS = 10;
/** Numbers of state a section and pair of channels: s1 of both channels, s2 of both. */
const PAIR_STATE = 4;

/** b0 c1 c2 a1 a2 of a section. In c1 and c2 of low frequencies nearly all cancels, and what rounding left would pass DC. */
const observerForm = ({ b0, b1, b2, a1, a2 }: BiquadCoefs): readonly number[] => [
  b0,
  minusProduct(b1, a1, b0),
  minusProduct(b2, a2, b0),
  a1,
  a2,
];

/**
 * Second-order sections in series over any number of channels, in 64 bits. Transposed direct form II, into whose state
 *   y = b0 x + s1;  s1 = b1 x + s2 - a1 y;  s2 = b2 x - a2 y
 * the output is put in, so that a frame needs not wait for the output of the one before: the observer canonical form,
 *   y = b0 x + s1;  s1 = c1 x + s2 - a1 s1;  s2 = c2 x - a2 s1,  with c1 = b1 - a1 b0 and c2 = b2 - a2 b0
 */
export class BiquadCascade {
  readonly #memory: StateMemory;
  readonly #sections: number;
  readonly #coefs: Float64Array;
  /** Section by section within each pair of channels; an odd last channel uses one lane of its pair. */
  readonly #state: Float64Array;

  constructor(state: StateMemory, sections: number, channels: number) {
    this.#memory = state;
    this.#sections = sections;
    this.#coefs = state.f64(COEFS * sections);
    this.#state = state.f64(PAIR_STATE * sections * Math.ceil(channels / 2));
  }

  /** Sets every section, for channels 0, 2, 4... and for channels 1, 3, 5...; the running state stays. */
  setCoefs(even: readonly BiquadCoefs[], odd = even): void {
    [even, odd].forEach((sections, lane) => {
      sections.forEach((section, n) => {
        observerForm(section).forEach((value, k) => {
          this.#coefs[COEFS * n + 2 * k + lane] = value;
        });
      });
    });
  }

  /** Takes over coefficients and state of a cascade of the same size. */
  copyFrom(other: BiquadCascade): void {
    this.#coefs.set(other.#coefs);
    this.#state.set(other.#state);
  }

  /** Takes over the coefficients of a cascade with as many sections; the running state stays. */
  copyCoefs(other: BiquadCascade): void {
    this.#coefs.set(other.#coefs);
  }

  /** Turns the running state of each pair of channels: (a, b) becomes (a + b, a - b) times `scale`. */
  turnPairs(scale: number): void {
    for (let n = 0; n < this.#state.length; n += 2) {
      const [a, b] = [this.#state[n], this.#state[n + 1]];
      this.#state[n] = (a + b) * scale;
      this.#state[n + 1] = (a - b) * scale;
    }
  }

  /** In place. */
  process(channels: Planar, frames: number): void {
    const kernels = this.#memory.memory.kernels;
    const pairBytes = 8 * PAIR_STATE * this.#sections;
    for (let left = 0; left < channels.length; left += 2) {
      const right = Math.min(left + 1, channels.length - 1);
      if (kernels) {
        kernels.biquadCascade(
          this.#coefs.byteOffset,
          this.#state.byteOffset + (left / 2) * pairBytes,
          this.#sections,
          channels[left].byteOffset,
          channels[right].byteOffset,
          frames,
        );
      } else {
        this.#processReference(channels[left], left, frames);
        if (right !== left) this.#processReference(channels[right], right, frames);
      }
    }
    flushTiny(this.#state);
  }

  #processReference(x: Float32Array, channel: number, frames: number): void {
    // Sections exchange 64-bit values; only what leaves the cascade is rounded to 32 bits. Adding 0 makes -0 to 0, so
    // that clearing a state too small to be heard can't be seen in the sign of a zero.
    for (let i = 0; i < frames; i++) x[i] = Math.fround(this.#filtered(x[i], channel)) + 0;
  }

  /** The next sample of a channel through all sections, in the reference backend. */
  #filtered(x: number, channel: number): number {
    const state = this.#state;
    const coefs = this.#coefs;
    const lane = channel % 2;
    const pairAt = PAIR_STATE * this.#sections * Math.floor(channel / 2);
    let y = x;
    for (let n = 0; n < this.#sections; n++) {
      const c = COEFS * n + lane;
      const s = pairAt + PAIR_STATE * n + lane;
      const input = y;
      const s1 = state[s];
      y = coefs[c] * input + s1;
      state[s] = coefs[c + 2] * input + state[s + 2] - coefs[c + 6] * s1;
      state[s + 2] = coefs[c + 4] * input - coefs[c + 8] * s1;
    }
    return y;
  }
}
