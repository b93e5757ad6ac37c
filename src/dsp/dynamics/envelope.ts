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

/** How an envelope moves: e = c e + (1 - c) x, where c is `attack` while it rises and `release` while it falls. */
interface Pole {
  readonly attack: number;
  readonly release: number;
  /** That is the larger (attack <= release) or the smaller of both candidates, so it takes no branch. */
  readonly outer: (p: number, q: number) => number;
}

/** What a frame x makes of it. */
function once({ attack, release, outer }: Pole, e: number, x: number): number {
  return outer(attack * e + (1 - attack) * x, release * e + (1 - release) * x);
}

/**
 * What two frames make of it: the outermost of four lines over e, of which two have one slope. All but those three lines can be
 * worked out before e is known, which is what a processor waits for.
 */
function twice({ attack, release, outer }: Pole, e: number, x: number, y: number): number {
  const risingX = (1 - attack) * x;
  const fallingX = (1 - release) * x;
  const risingY = (1 - attack) * y;
  const fallingY = (1 - release) * y;
  const turn = outer(attack * fallingX + risingY, release * risingX + fallingY);
  const rising = attack * attack * e + (attack * risingX + risingY);
  const falling = release * release * e + (release * fallingX + fallingY);
  return outer(outer(rising, falling), attack * release * e + turn);
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

/**
 * Envelope followers for several signals that share their times. Frames go in pairs, counted from the start or from when the
 * times last changed: the first of a pair is worked out of the envelope before it, and so is the second, of both.
 */
export class Envelope {
  readonly #state: StateMemory;
  /** Envelopes behind the last whole pair. */
  readonly #last: Float64Array;
  /** The first frames of the pair that is open. */
  readonly #first: Float64Array;
  /** 1 while a pair is open. */
  readonly #open: Int32Array;
  /** The slow followers. */
  readonly #slow: Float64Array;
  /** Frames left to hold. */
  readonly #held: Int32Array;
  #pole: Pole = { attack: 0, release: 0, outer: Math.max };
  #hold = 0;
  /** 1: none. */
  #slowness = 1;

  constructor(state: StateMemory, signals: number) {
    this.#state = state;
    this.#last = state.f64(signals);
    this.#first = state.f64(signals);
    this.#open = state.i32(1);
    this.#slow = state.f64(signals);
    this.#held = state.i32(signals);
  }

  /** Sets the coefficients, as `smoothingCoefficient` gives them. */
  set(attack: number, release: number, { hold = 0, slow = 1 }: EnvelopeOptions = {}): void {
    const pole = this.#pole;
    const same = attack === pole.attack && release === pole.release;
    if (!same || hold !== this.#hold || slow !== this.#slowness) this.#close();
    if (!same) this.#pole = { attack, release, outer: attack <= release ? Math.max : Math.min };
    this.#hold = hold;
    this.#slowness = slow;
  }

  /** Takes the envelopes as they stand: what comes next begins a pair. */
  #close(): void {
    if (this.#open[0] === 0) return;
    for (let n = 0; n < this.#last.length; n++) {
      this.#last[n] = once(this.#pole, this.#last[n], this.#first[n]);
      this.#first[n] = 0;
    }
    this.#open[0] = 0;
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
    const open = this.#open[0];
    if (kernels) {
      const { attack, release } = this.#pole;
      for (let n = 0; n < signals.length; n += 2) {
        const last = this.#last.byteOffset + 8 * n;
        const first = this.#first.byteOffset + 8 * n;
        const x = signals[n].byteOffset + 8 * at;
        const y = n + 1 < signals.length ? signals[n + 1].byteOffset + 8 * at : x;
        kernels.envelope(last, first, x, y, frames, attack, release, open);
      }
    } else {
      for (let n = 0; n < signals.length; n++) this.#follow(signals[n].subarray(at, at + frames), n, open);
    }
    this.#open[0] = (open + frames) & 1;
  }

  /** Kernel: `envelope`. */
  #follow(signal: Float64Array, n: number, open: number): void {
    for (let i = 0; i < signal.length; i++) {
      const x = signal[i];
      if ((open + i) % 2 === 0) {
        this.#first[n] = x;
        signal[i] = once(this.#pole, this.#last[n], x);
      } else {
        signal[i] = twice(this.#pole, this.#last[n], this.#first[n], x);
        this.#last[n] = signal[i];
        this.#first[n] = 0;
      }
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
          this.#pole.attack,
          this.#pole.release,
          this.#hold,
          this.#slowness,
        );
      } else this.#followHeld(signals[n].subarray(at, at + frames), n);
    }
  }

  #followHeld(x: Float64Array, n: number): void {
    const { attack, release } = this.#pole;
    const slowness = this.#slowness;
    let e = this.#last[n];
    let slow = this.#slow[n];
    let held = this.#held[n];
    for (let i = 0; i < x.length; i++) {
      const v = x[i];
      if (v >= e) {
        held = this.#hold;
        e = attack * e + (1 - attack) * v;
      } else if (held > 0) held -= 1;
      else e = release * e + (1 - release) * v;
      slow = slowness * slow + (1 - slowness) * v;
      x[i] = slowness < 1 && slow > e ? slow : e;
    }
    this.#last[n] = e;
    this.#slow[n] = slow;
    this.#held[n] = held;
  }
}
