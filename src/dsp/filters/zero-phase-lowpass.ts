import type { Planar } from '../../audio/block.ts';
import { log } from '../elementary.ts';
import type { StateMemory } from '../kernel-memory.ts';
import { BiquadCascade } from './biquad-cascade.ts';
import { type BiquadCoefs, IDENTITY } from './biquad-design.ts';
import { designButterworth } from './butterworth.ts';
import type { ExchangeableFilter } from './fading-filter.ts';
import { type Complex, type ReversePole, ReversePoles } from './reverse-poles.ts';

/** What a pole that rings backwards has decayed to where it is cut off: -140 dB. */
const CUT_OFF = 1e-7;

/** The upper one of a section's pair of complex poles. */
function upperPole({ a1, a2 }: BiquadCoefs): Complex {
  return { re: -a1 / 2, im: Math.sqrt(a2 - (a1 * a1) / 4) };
}

/** Frames that the poles of a low-pass of an even order ring until they have decayed to -140 dB. */
export function ringingFrames(order: number, freqHz: number, sampleRate: number): number {
  if (freqHz >= sampleRate / 2) return 1;
  const sections = designButterworth('lowpass', order, freqHz, sampleRate);
  return Math.max(...sections.map(({ a2 }) => log(CUT_OFF) / (log(a2) / 2)));
}

const multiply = (a: Complex, b: Complex): Complex => ({
  re: a.re * b.re - a.im * b.im,
  im: a.re * b.im + a.im * b.re,
});
const divide = (a: Complex, b: Complex): Complex => {
  const square = b.re * b.re + b.im * b.im;
  const { re, im } = multiply(a, { re: b.re, im: -b.im });
  return { re: re / square, im: im / square };
};
const minus = (a: Complex, b: Complex): Complex => ({ re: a.re - b.re, im: a.im - b.im });

/** Partial fractions of gain / prod (1 - p z) over the poles and their conjugates: gain prod over j of p / (p - pj). */
function residues(poles: readonly Complex[], gain: number): ReversePole[] {
  const all = poles.flatMap((pole) => [pole, { re: pole.re, im: -pole.im }]);
  return poles.map((pole, n) => {
    const others = all.filter((_, k) => k !== 2 * n);
    const residue = others.reduce((product, other) => multiply(product, divide(pole, minus(pole, other))), {
      re: gain,
      im: 0,
    });
    return { pole, residue };
  });
}

/**
 * A Butterworth low-pass forwards in time and the same backwards: its gain is the square of Butterworth's, that is
 * Linkwitz-Riley's, and its phase is that of a delay of 2^stages - 1 + order frames.
 */
export class ZeroPhaseLowpass implements ExchangeableFilter<number> {
  readonly latency: number;
  readonly #order: number;
  readonly #sampleRate: number;
  /** The low-pass, and behind it the zeros of its mirror image, which are the same forwards as backwards. */
  readonly #forward: BiquadCascade;
  readonly #reverse: ReversePoles;

  /** `order` of the Butterworth filter, even; 2^stages frames hold the ringing of its lowest corner. */
  constructor(state: StateMemory, order: number, stages: number, sampleRate: number, channels: number) {
    this.latency = 2 ** stages - 1 + order;
    this.#order = order;
    this.#sampleRate = sampleRate;
    this.#forward = new BiquadCascade(state, order, channels);
    this.#reverse = new ReversePoles(state, order / 2, stages, channels);
  }

  /** A corner at or above Nyquist makes it a mere delay. */
  setCoefs(freqHz: number): void {
    const sections = designButterworth('lowpass', this.#order, freqHz, this.#sampleRate);
    if (freqHz >= this.#sampleRate / 2) {
      const twoFrames = { ...IDENTITY, b0: 0, b2: 1 };
      this.#forward.setCoefs([...sections, ...sections.map(() => twoFrames)]);
      const nothing = { re: 0, im: 0 };
      this.#reverse.setPoles(
        sections.map((_, n) => ({ pole: nothing, residue: n === 0 ? { re: 0.5, im: 0 } : nothing })),
      );
      return;
    }
    const zeros = { ...IDENTITY, b0: 0.25, b1: 0.5, b2: 0.25 };
    this.#forward.setCoefs([...sections, ...sections.map(() => zeros)]);
    const gain = sections.reduce((product, { a1, a2 }) => product * (1 + a1 + a2), 1);
    this.#reverse.setPoles(residues(sections.map(upperPole), gain));
  }

  copyCoefs(other: ZeroPhaseLowpass): void {
    this.#forward.copyCoefs(other.#forward);
    this.#reverse.copyPoles(other.#reverse);
  }

  copyFrom(other: ZeroPhaseLowpass): void {
    this.#forward.copyFrom(other.#forward);
    this.#reverse.copyFrom(other.#reverse);
  }

  process(channels: Planar, frames: number): void {
    this.#forward.process(channels, frames);
    this.#reverse.process(channels, frames);
  }
}
