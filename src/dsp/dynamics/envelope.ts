import { flushTiny } from '../denormal.ts';
import { exp } from '../elementary.ts';
import type { StateMemory } from '../kernel-memory.ts';

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
function followEnvelope(
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

/** What an envelope may do beside rising and falling. */
export interface EnvelopeOptions {
  /** Frames for which it stays where it is before it falls. @default 0 */
  readonly hold?: number;
  /**
   * Coefficient of a second, slow follower beside the first: the envelope is the larger of the two. A short rise
   * leaves the slow one behind and fades with the release; a long one takes it along and fades as slowly. Two
   * recovery times that the programme chooses from: after G. W. McNally, "Dynamic Range Control of Digital Audio
   * Signals", JAES 32(5), 1984. @default none
   */
  readonly slow?: number;
}

/** Envelope followers for several signals that share their times. */
export class Envelope {
  readonly #state: StateMemory;
  readonly #last: Float64Array;
  /** The slow followers. */
  readonly #slow: Float64Array;
  /** Frames left to hold. */
  readonly #held: Int32Array;
  #attack = 0;
  #release = 0;
  #hold = 0;
  /** 1: none. */
  #slowness = 1;

  constructor(state: StateMemory, signals: number) {
    this.#state = state;
    this.#last = state.f64(signals);
    this.#slow = state.f64(signals);
    this.#held = state.i32(signals);
  }

  /** Sets the coefficients, as `smoothingCoefficient` gives them. */
  set(attack: number, release: number, { hold = 0, slow = 1 }: EnvelopeOptions = {}): void {
    this.#attack = attack;
    this.#release = release;
    this.#hold = hold;
    this.#slowness = slow;
  }

  /** Replaces frames `at` to `at + frames` of each signal by its envelope. */
  process(signals: readonly Float64Array[], frames: number, at = 0): void {
    if (this.#hold > 0 || this.#slowness < 1) this.#processHeld(signals, at, frames);
    else this.#processPlain(signals, at, frames);
    flushTiny(this.#last);
    flushTiny(this.#slow);
  }

  #processPlain(signals: readonly Float64Array[], at: number, frames: number): void {
    const { kernels } = this.#state.memory;
    const last = this.#last;
    const attack = this.#attack;
    const release = this.#release;
    if (!kernels) {
      for (let n = 0; n < signals.length; n++) {
        const span = signals[n].subarray(at, at + frames);
        last[n] = followEnvelope(last[n], span, frames, attack, release);
      }
      return;
    }
    const pointer = (n: number): number => signals[n].byteOffset + 8 * at;
    let n = 0;
    for (; n + 2 <= signals.length; n += 2) {
      const state = last.byteOffset + 8 * n;
      kernels.envelopePair(state, state + 8, pointer(n), pointer(n + 1), frames, attack, release);
    }
    for (; n < signals.length; n++) {
      kernels.envelope(last.byteOffset + 8 * n, pointer(n), frames, attack, release);
    }
  }

  #processHeld(signals: readonly Float64Array[], at: number, frames: number): void {
    const { kernels } = this.#state.memory;
    for (let n = 0; n < signals.length; n++) {
      if (kernels) {
        kernels.heldEnvelope(
          this.#last.byteOffset + 8 * n,
          this.#slow.byteOffset + 8 * n,
          this.#held.byteOffset + 4 * n,
          signals[n].byteOffset + 8 * at,
          frames,
          this.#attack,
          this.#release,
          this.#hold,
          this.#slowness,
        );
      } else this.#followHeld(signals[n].subarray(at, at + frames), n);
    }
  }

  #followHeld(x: Float64Array, n: number): void {
    const slowness = this.#slowness;
    let e = this.#last[n];
    let slow = this.#slow[n];
    let held = this.#held[n];
    for (let i = 0; i < x.length; i++) {
      const v = x[i];
      if (v >= e) {
        held = this.#hold;
        e = this.#attack * e + (1 - this.#attack) * v;
      } else if (held > 0) held -= 1;
      else e = this.#release * e + (1 - this.#release) * v;
      slow = slowness * slow + (1 - slowness) * v;
      x[i] = slowness < 1 && slow > e ? slow : e;
    }
    this.#last[n] = e;
    this.#slow[n] = slow;
    this.#held[n] = held;
  }
}
