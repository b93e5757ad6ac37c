import { flushTiny } from './denormal.ts';
import { exp } from './elementary.ts';
import type { StateMemory } from './kernel-memory.ts';

/**
 * Coefficient of a one-pole smoother whose step response has covered 63.2 % (1 - 1/e) after `ms`.
 * 0 ms follows at once.
 */
export function smoothingCoefficient(ms: number, sampleRate: number): number {
  return ms > 0 ? exp(-1000 / (ms * sampleRate)) : 0;
}

/**
 * The envelope follower: one pole that rises with the attack coefficient and falls with the release coefficient.
 * e = c e + (1 - c) x with c = x > e ? attack : release, written without the branch as the larger (attack <= release)
 * or smaller of the two candidates; right whichever of the two is longer.
 */
export function followEnvelope(
  last: number,
  x: Float64Array,
  frames: number,
  attack: number,
  release: number,
): number {
  const larger = attack <= release;
  let e = last;
  for (let i = 0; i < frames; i++) {
    const rising = attack * e + (1 - attack) * x[i];
    const falling = release * e + (1 - release) * x[i];
    e = larger ? Math.max(rising, falling) : Math.min(rising, falling);
    x[i] = e;
  }
  return e;
}

/** Envelope followers for several signals that share their times. */
export class Envelope {
  readonly #state: StateMemory;
  readonly #last: Float64Array;
  #attack = 0;
  #release = 0;

  constructor(state: StateMemory, signals: number) {
    this.#state = state;
    this.#last = state.f64(signals);
  }

  /** Sets the coefficients, as `smoothingCoefficient` gives them. */
  set(attack: number, release: number): void {
    this.#attack = attack;
    this.#release = release;
  }

  /** Replaces each signal by its envelope. */
  process(signals: readonly Float64Array[], frames: number): void {
    const kernels = this.#state.memory.kernels;
    const last = this.#last;
    const attack = this.#attack;
    const release = this.#release;
    if (!kernels) {
      for (let n = 0; n < signals.length; n++) {
        last[n] = followEnvelope(last[n], signals[n], frames, attack, release);
      }
    } else {
      let n = 0;
      for (; n + 2 <= signals.length; n += 2) {
        const at = last.byteOffset + 8 * n;
        const { byteOffset: x } = signals[n];
        const { byteOffset: y } = signals[n + 1];
        kernels.envelopePair(at, at + 8, x, y, frames, attack, release);
      }
      for (; n < signals.length; n++) {
        kernels.envelope(last.byteOffset + 8 * n, signals[n].byteOffset, frames, attack, release);
      }
    }
    flushTiny(last);
  }
}
