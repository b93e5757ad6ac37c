import { exp2 } from '../dsp/elementary.ts';
import type { Mix } from './mix.ts';

/** Lengths of the delays in seconds: Schroeder, J. Audio Eng. Soc. 10(3), 1962. */
const DELAYS = [0.0297, 0.0371, 0.0411, 0.0437] as const;
/** Seconds in which the sound falls by 60 dB. */
const REVERBERATION = 1.5;
/** What high frequencies lose at every turn: part of the last value that stays in the damping filter. */
const DAMPING = 0.35;
const LOG2_1000 = 9.965784284662087;

/**
 * The room around the band: four delays that feed back into each other through a Householder matrix (Jot and
 * Chaigne, AES 90th Convention, 1991, preprint 3030).
 */
export class Room {
  readonly #lines: readonly Float32Array[];
  readonly #gains: readonly number[];
  readonly #positions = new Int32Array(DELAYS.length);
  readonly #damped = new Float64Array(DELAYS.length);

  constructor(sampleRate: number) {
    this.#lines = DELAYS.map((seconds) => new Float32Array(Math.round(seconds * sampleRate)));
    this.#gains = DELAYS.map((seconds) => exp2((-LOG2_1000 * seconds) / REVERBERATION));
  }

  /** Adds the room's answer to what was sent to it in the first `frames` frames. */
  play({ left, right, room }: Mix, frames: number): void {
    const lines = this.#lines;
    const damped = this.#damped;
    for (let i = 0; i < frames; i++) {
      let sum = 0;
      for (let n = 0; n < lines.length; n++) {
        const out = lines[n][this.#positions[n]];
        damped[n] = out + DAMPING * (damped[n] - out);
        sum += damped[n];
      }
      for (let n = 0; n < lines.length; n++) {
        lines[n][this.#positions[n]] = room[i] + this.#gains[n] * (damped[n] - 0.5 * sum);
        this.#positions[n] = (this.#positions[n] + 1) % lines[n].length;
      }
      left[i] += damped[0] - damped[2];
      right[i] += damped[1] - damped[3];
    }
  }
}
