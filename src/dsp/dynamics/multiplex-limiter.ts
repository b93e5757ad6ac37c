import type { Planar } from '../../audio/block.ts';
import { DelayLine } from '../delay/delay-line.ts';
import { applyGain } from '../gain/gain.ts';
import { LinearRamp } from '../gain/ramp.ts';
import type { StateMemory } from '../kernel-memory.ts';
import { MultiplexPower } from '../levels/multiplex-power.ts';
import { SlidingSum } from '../levels/sliding-sum.ts';
import { PowerBudget } from './power-budget.ts';

/** Power "integrated over any interval of 60 s" (Rec. ITU-R BS.412-9, 2.3). */
const WINDOW_SECONDS = 60;
/** Steps in which the gain is worked out: 50 ms. */
const HOPS_PER_SECOND = 20;
/** A hop's gain is known when it has been heard, and the glide that ends where it begins takes another one. */
const LATENCY_HOPS = 2;

export interface MultiplexLimiterOptions {
  readonly sampleRate: number;
  readonly channels: number;
  /** Largest number of frames that `process` is called with. */
  readonly maxFrames: number;
}

/**
 * Holds the power of the audio in a stereo multiplex over any 60 s, by a gain that glides from hop to hop. More channels than two
 * make no multiplex and are delayed alone.
 */
export class MultiplexLimiter {
  /** In frames. */
  readonly latency: number;
  readonly #state: StateMemory;
  readonly #heard: MultiplexPower;
  readonly #budget: PowerBudget;
  readonly #delay: DelayLine;
  readonly #ramp: LinearRamp;
  readonly #sent: MultiplexPower;
  /** Power of the last hops that went out. */
  readonly #window: SlidingSum;
  readonly #windowHops: number;
  /** Gain of the newest hop, on power; hops that went out, those before the first frame among them. */
  readonly #gain: Float64Array;
  readonly #hops: Float64Array;
  #scale = 0;

  constructor(state: StateMemory, { sampleRate, channels, maxFrames }: MultiplexLimiterOptions) {
    const hopFrames = Math.max(1, Math.round(sampleRate / HOPS_PER_SECOND));
    const hopsPerSecond = sampleRate / hopFrames;
    this.#state = state;
    this.#windowHops = Math.ceil(WINDOW_SECONDS * hopsPerSecond);
    this.latency = LATENCY_HOPS * hopFrames;
    this.#heard = new MultiplexPower(state, hopFrames, maxFrames);
    this.#budget = new PowerBudget(state, WINDOW_SECONDS, hopsPerSecond);
    this.#delay = new DelayLine(state, channels, this.latency);
    this.#ramp = new LinearRamp(state, hopFrames);
    this.#sent = new MultiplexPower(state, hopFrames, maxFrames);
    this.#window = new SlidingSum(state, this.#windowHops);
    this.#gain = state.f64(1, 1);
    this.#hops = state.f64(1);
  }

  /**
   * `allowed`: mean power that may go out, 1 being that of M at full scale; `meanMs`: time constant of the mean that the gain
   * answers to. Without `glide` what a new state, or one that the caller has cleared, begins with.
   */
  set(allowed: number, meanMs: number, glide: boolean): void {
    this.#scale = 1 / allowed;
    this.#budget.set(meanMs);
    if (!glide) this.#ramp.jump(1);
  }

  /** What the newest gain leaves of the power. */
  get gain(): number {
    return this.#gain[0];
  }

  /** Mean power that went out in the last 60 s, or since the start. */
  get power(): number {
    const hops = Math.min(this.#hops[0] - LATENCY_HOPS, this.#windowHops);
    return hops > 0 ? this.#window.sum / hops : 0;
  }

  /** In place. */
  process(main: Planar, frames: number): void {
    if (main.length > 2) this.#delay.process(main, frames);
    else this.#hold(main, frames);
  }

  #hold(main: Planar, frames: number): void {
    const { ends, powers } = this.#heard;
    const heard = this.#heard.process(main, frames);
    this.#delay.process(main, frames);
    let done = 0;
    for (let n = 0; n < heard; n++) {
      this.#apply(main, done, ends[n]);
      done = ends[n];
      const gain = this.#budget.admit(powers[n], this.#scale);
      // Along a line between the smaller gains of neighbours none is above its own.
      this.#ramp.glide(Math.sqrt(Math.min(gain, this.#gain[0])));
      this.#gain[0] = gain;
    }
    this.#apply(main, done, frames);
    this.#count(main, frames);
  }

  #apply(main: Planar, from: number, end: number): void {
    for (let at = from; at < end; ) {
      const span = this.#ramp.take(end - at);
      for (let n = 0; n < main.length; n++) applyGain(this.#state.memory.kernels, main[n], at, span);
      at += span.frames;
    }
  }

  /** Takes what goes out into the window. */
  #count(main: Planar, frames: number): void {
    const sent = this.#sent.process(main, frames);
    for (let n = 0; n < sent; n++) {
      if (this.#hops[0] >= LATENCY_HOPS) this.#window.add(this.#sent.powers[n]);
      this.#hops[0] += 1;
    }
  }
}
