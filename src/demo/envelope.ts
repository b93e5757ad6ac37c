import { exp } from '../dsp/elementary.ts';

/** Below this (-100 dB) an envelope is over. */
const SILENCE = 1e-5;

interface EnvelopeTimes {
  /** Seconds of the straight rise to the peak. */
  readonly attack: number;
  /** Time constant in seconds of the fall from the peak to the sustain level. */
  readonly decay: number;
  /** Level that is held, as a part of the peak; 0 for what is struck. */
  readonly sustain?: number;
  /** Time constant in seconds of the fall after `stop`. */
  readonly release?: number;
}

/** Attack, decay, sustain, release. It never jumps: a new attack begins at the level where the last note stands. */
export class Envelope {
  readonly #attackFrames: number;
  readonly #sustain: number;
  readonly #decayFactor: number;
  readonly #releaseFactor: number;
  #level = 0;
  #step = 0;
  #attackLeft = 0;
  #target = 0;
  #factor = 0;

  constructor(sampleRate: number, { attack, decay, sustain = 0, release = decay }: EnvelopeTimes) {
    this.#attackFrames = Math.max(1, Math.round(attack * sampleRate));
    this.#sustain = sustain;
    this.#decayFactor = exp(-1 / (decay * sampleRate));
    this.#releaseFactor = exp(-1 / (release * sampleRate));
  }

  /** Nothing sounds and nothing will until the next `start`. */
  get idle(): boolean {
    return this.#level === 0 && this.#attackLeft === 0;
  }

  start(peak: number): void {
    this.#attackLeft = this.#attackFrames;
    this.#step = (peak - this.#level) / this.#attackFrames;
    this.#target = peak * this.#sustain;
    this.#factor = this.#decayFactor;
  }

  stop(): void {
    this.#attackLeft = 0;
    this.#target = 0;
    this.#factor = this.#releaseFactor;
  }

  next(): number {
    if (this.#attackLeft > 0) {
      this.#attackLeft -= 1;
      this.#level += this.#step;
    } else {
      this.#level = this.#target + (this.#level - this.#target) * this.#factor;
      if (this.#level < SILENCE) this.#level = 0;
    }
    return this.#level;
  }
}
