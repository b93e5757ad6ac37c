import { tan } from '../dsp/elementary.ts';

/**
 * Second-order state variable filter by trapezoidal integration; its frequency may move while it sounds.
 * Zavalishin, The Art of VA Filter Design, 2018, 4.1.
 */
export class StateVariableFilter {
  readonly #sampleRate: number;
  #g = 0;
  #damping = 1;
  #scale = 1;
  #s1 = 0;
  #s2 = 0;
  #high = 0;
  #band = 0;
  #low = 0;

  constructor(sampleRate: number, freqHz: number, q: number) {
    this.#sampleRate = sampleRate;
    this.tune(freqHz, q);
  }

  /** Frequencies above 0.45 of the sample rate are taken for that. */
  tune(freqHz: number, q: number): void {
    this.#g = tan(Math.PI * Math.min(0.45, freqHz / this.#sampleRate));
    this.#damping = 1 / q;
    this.#scale = 1 / (1 + this.#g * (this.#g + this.#damping));
  }

  /** Below the frequency. */
  lowpass(x: number): number {
    this.#advance(x);
    return this.#low;
  }

  /** Above the frequency. */
  highpass(x: number): number {
    this.#advance(x);
    return this.#high;
  }

  /** Around the frequency, gain 1 there. */
  bandpass(x: number): number {
    this.#advance(x);
    return this.#band * this.#damping;
  }

  #advance(x: number): void {
    this.#high = (x - (this.#g + this.#damping) * this.#s1 - this.#s2) * this.#scale;
    const first = this.#g * this.#high;
    this.#band = this.#s1 + first;
    this.#s1 = this.#band + first;
    const second = this.#g * this.#band;
    this.#low = this.#s2 + second;
    this.#s2 = this.#low + second;
  }
}
