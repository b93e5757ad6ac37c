import type { Planar } from '../../audio/block.ts';
import { copyPlanar } from '../gain/gain.ts';
import type { Kernels, StateMemory } from '../kernel-memory.ts';
import type { BiquadCascade } from './biquad-cascade.ts';
import { type BiquadCoefs, IDENTITY } from './biquad-design.ts';
import { designButterworth, type PassType } from './butterworth.ts';
import { type FadingFilter, fadingCascade } from './fading-filter.ts';

/** Corners in Hz, -3.01 dB; absent: no filter. */
export interface KeyFilterCorners {
  readonly highpass: number | undefined;
  readonly lowpass: number | undefined;
}

/** 12 dB/octave, as a sidechain filter has by custom. */
const ORDER = 2;

/** What a detector hears of its key: without what lies below one corner and above another. Only the detector's copy. */
export class KeyFilter {
  readonly #kernels: Kernels | null;
  readonly #sampleRate: number;
  readonly #filter: FadingFilter<readonly BiquadCoefs[], BiquadCascade>;
  readonly #copy: Planar;
  /** 0 until a corner is first set: then the key passes as it is, which is what two identities give as well. */
  readonly #used: Int32Array;

  constructor(state: StateMemory, channels: number, sampleRate: number, maxFrames: number) {
    const { memory } = state;
    this.#kernels = memory.kernels;
    this.#sampleRate = sampleRate;
    this.#copy = memory.planar(channels, maxFrames);
    this.#filter = fadingCascade(state, sampleRate, 2, memory.planar(channels, maxFrames));
    this.#used = state.i32(1);
  }

  /** Stands at the corners at once, or with `glide` fades to them. */
  set({ highpass, lowpass }: KeyFilterCorners, glide: boolean): void {
    if (highpass !== undefined || lowpass !== undefined) this.#used[0] = 1;
    this.#filter.setCoefs([this.#design('highpass', highpass), this.#design('lowpass', lowpass)], glide);
  }

  #design(pass: PassType, corner: number | undefined): BiquadCoefs {
    return corner === undefined ? IDENTITY : designButterworth(pass, ORDER, corner, this.#sampleRate)[0];
  }

  /** The key as the detector hears it; the arrays are reused. */
  process(key: Planar, frames: number): Planar {
    if (this.#used[0] === 0) return key;
    copyPlanar(this.#kernels, this.#copy, key, frames);
    this.#filter.process(this.#copy, frames);
    return this.#copy;
  }
}
