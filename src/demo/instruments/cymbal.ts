import { Envelope } from '../envelope.ts';
import type { Instrument, Mix } from '../mix.ts';
import { Noise } from '../noise.ts';
import { StateVariableFilter } from '../state-variable-filter.ts';

interface CymbalSound {
  /** Lowest frequency in Hz. */
  readonly freqHz: number;
  /** Time constant of its fall in seconds. */
  readonly decay: number;
  /** -1 is left, 1 is right. */
  readonly pan: number;
  readonly seed: number;
}

/** Hi-hat, open or closed, or crash cymbal: noise above a frequency, a little different on each side. */
export class Cymbal implements Instrument {
  readonly #envelope: Envelope;
  readonly #noise: Noise;
  readonly #filters: readonly [StateVariableFilter, StateVariableFilter];
  readonly #leftGain: number;
  readonly #rightGain: number;

  constructor(sampleRate: number, { freqHz, decay, pan, seed }: CymbalSound) {
    this.#envelope = new Envelope(sampleRate, { attack: 0.001, decay });
    this.#noise = new Noise(seed);
    this.#filters = [
      new StateVariableFilter(sampleRate, freqHz, 1.2),
      new StateVariableFilter(sampleRate, 1.1 * freqHz, 1.2),
    ];
    this.#leftGain = Math.sqrt((1 - pan) / 2);
    this.#rightGain = Math.sqrt((1 + pan) / 2);
  }

  hit(velocity: number): void {
    this.#envelope.start(velocity);
  }

  choke(): void {
    this.#envelope.start(0);
  }

  play({ left, right }: Mix, from: number, to: number): void {
    const [leftFilter, rightFilter] = this.#filters;
    for (let i = from; i < to && !this.#envelope.idle; i++) {
      const level = this.#envelope.next();
      const shared = this.#noise.next();
      left[i] += this.#leftGain * level * leftFilter.highpass(shared + 0.5 * this.#noise.next());
      right[i] += this.#rightGain * level * rightFilter.highpass(shared + 0.5 * this.#noise.next());
    }
  }
}
