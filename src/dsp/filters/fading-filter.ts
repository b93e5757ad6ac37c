import type { Planar } from '../../audio/block.ts';
import { Crossfade } from '../gain/crossfade.ts';
import type { StateMemory } from '../kernel-memory.ts';
import { BiquadCascade } from './biquad-cascade.ts';
import type { BiquadCoefs } from './biquad-design.ts';

/** Length of the crossfade to new coefficients. */
const FADE_MS = 50;
/** Before it, the new filter runs unheard for so long, until what its inherited state stirs up has died down. */
const PRIME_MS = 50;

/** A linear filter whose coefficients and running state can be taken over by another of the same size. */
export interface ExchangeableFilter<C> {
  /** Sets the coefficients; the running state stays. */
  setCoefs(coefs: C): void;
  /** Takes over the coefficients of another; the running state stays. */
  copyCoefs(other: this): void;
  /** Takes over coefficients and running state. */
  copyFrom(other: this): void;
  /** In place. */
  process(channels: Planar, frames: number): void;
  /** Whether the coefficients leave audio as it is, so that nothing need be processed while they stand. @default false */
  readonly isIdentity?: boolean;
}

/**
 * A filter that changes its coefficients without a click: two of the same size, the one that sounds and, while a
 * change is primed for 50 ms and fades in over 50 ms, the one it came from. A change that arrives meanwhile waits for
 * the end, so that every fade runs between two settled filters.
 */
export class FadingFilter<C, F extends ExchangeableFilter<C> = ExchangeableFilter<C>> {
  readonly #now: F;
  readonly #before: F;
  readonly #waiting: F;
  readonly #isWaiting: Int32Array;
  /** Frames until the fade begins. */
  readonly #priming: Int32Array;
  readonly #primeFrames: number;
  readonly #fade: Crossfade;
  readonly #scratch: Planar;

  /** `make` gives a filter for so many channels; `scratch` has one array a channel and may be shared. */
  constructor(state: StateMemory, sampleRate: number, scratch: Planar, make: (channels: number) => F) {
    this.#now = make(scratch.length);
    this.#before = make(scratch.length);
    this.#waiting = make(0);
    this.#isWaiting = state.i32(1);
    this.#priming = state.i32(1);
    this.#primeFrames = Math.round((PRIME_MS / 1000) * sampleRate);
    this.#fade = new Crossfade(state, (FADE_MS / 1000) * sampleRate);
    this.#scratch = scratch;
  }

  /** Stands at new coefficients at once, or with `glide` fades to them. */
  setCoefs(coefs: C, glide: boolean): void {
    if (glide) {
      this.#waiting.setCoefs(coefs);
      // From off to off there is nothing to fade.
      const stays = this.#waiting.isIdentity && this.#now.isIdentity && !this.#fade.fading;
      this.#isWaiting[0] = stays ? 0 : 1;
    } else {
      this.#now.setCoefs(coefs);
      this.#isWaiting[0] = 0;
      this.#priming[0] = 0;
      this.#fade.finish();
    }
  }

  /** In place. */
  process(channels: Planar, frames: number): void {
    if (this.#isWaiting[0] === 0 && !this.#fade.fading) {
      this.#processSettled(channels, frames);
      return;
    }
    for (let at = 0; at < frames; ) {
      if (this.#isWaiting[0] === 1 && !this.#fade.fading) this.#startFade();
      const left = this.#priming[0] > 0 ? this.#priming[0] : this.#fade.framesLeft;
      const span = this.#fade.fading ? Math.min(frames - at, left) : frames - at;
      this.#processSpan(
        channels.map((channel) => channel.subarray(at, at + span)),
        span,
      );
      at += span;
    }
  }

  #startFade(): void {
    this.#before.copyFrom(this.#now);
    this.#now.copyCoefs(this.#waiting);
    this.#isWaiting[0] = 0;
    this.#priming[0] = this.#primeFrames;
    this.#fade.start();
  }

  /** Coefficients change at a frame of the stream, so what is left out does not hang on the blocks. */
  #processSettled(channels: Planar, frames: number): void {
    if (this.#now.isIdentity !== true) this.#now.process(channels, frames);
  }

  #processSpan(channels: Planar, frames: number): void {
    if (!this.#fade.fading) {
      this.#processSettled(channels, frames);
      return;
    }
    channels.forEach((channel, n) => {
      this.#scratch[n].set(channel);
    });
    this.#now.process(this.#scratch, frames);
    this.#before.process(channels, frames);
    if (this.#priming[0] > 0) this.#priming[0] -= frames;
    else this.#fade.process(channels, this.#scratch, frames);
  }
}

/** A cascade of `sections` second-order sections that fades to new coefficients. */
export function fadingCascade(
  state: StateMemory,
  sampleRate: number,
  sections: number,
  scratch: Planar,
): FadingFilter<readonly BiquadCoefs[], BiquadCascade> {
  return new FadingFilter<readonly BiquadCoefs[], BiquadCascade>(
    state,
    sampleRate,
    scratch,
    (channels) => new BiquadCascade(state, sections, channels),
  );
}
