import type { Planar } from '../../audio/block.ts';
import { flushTiny } from '../denormal.ts';
import type { Kernels, StateMemory } from '../kernel-memory.ts';
import { DB_PER_OCTAVE } from '../log-domain.ts';
import type { EnvelopeOptions } from './envelope.ts';
import type { SmoothedReduction } from './forward-reduction.ts';
import type { CompressionCurve } from './gain-computer.ts';
import type { LevelDetectorOptions } from './level-detector.ts';
import { LinkedDetector } from './linked-detector.ts';
import { LogLevel } from './log-level.ts';

/** State of one signal: the follower, the slow follower, frames left to hold. */
const STATE = 3;
/** No reduction is larger, in dB: +60 dBFS, the most that passes the guard, over the lowest threshold of -80. */
const UNBOUNDED_DB = 140;

/**
 * Feed-back: the detector hears what goes out, one frame late. The level of what goes out is the level of what comes
 * in less the reduction of the frame before, so the loop runs in the log domain, frame by frame:
 *   r[n] = follow(curve(level[n] - r[n-1]), r[n-1])
 * With a key, the detector hears the key behind a gain of its own that moves along.
 *
 * The curve asks for what takes an output level y back to the input x of the feed-forward curve, r = x - y, so that
 * both topologies settle at the same static curve: with u = y - T + W/2 and s = 1 - 1/R, within the knee
 * x - T + W/2 = k with u = k - s k^2 / (2W), so k = 2u / (1 + sqrt(1 - 2su/W)) and r = k - u; beyond its end at
 * u = W (1 - s/2) the slope is R - 1. The loop's gain R - 1 makes attack and release R times as fast as their
 * coefficients say while the level is over the threshold; a coefficient below 1 - 1/R would make it ring and is
 * raised to that, where the loop settles in one frame.
 */
export class FeedbackReduction implements SmoothedReduction {
  readonly #kernels: Kernels | null;
  readonly #level: LinkedDetector;
  readonly #state: Float64Array;
  /** side, threshold, half knee, knee's end, knee's curvature, slope, range; attack, release, hold, slowness. */
  readonly #settings: Float64Array;
  #attack = 0;
  #release = 0;
  #ratio = 1;

  constructor(state: StateMemory, options: LevelDetectorOptions) {
    this.#kernels = state.memory.kernels;
    this.#level = new LinkedDetector(state, options, new LogLevel(this.#kernels));
    this.#state = state.f64(STATE * this.signals.length);
    this.#settings = state.memory.f64(11);
  }

  get signals(): readonly Float64Array[] {
    return this.#level.signals;
  }

  setWindow(coefficient: number): void {
    this.#level.setWindow(coefficient);
  }

  setTimes(attack: number, release: number, { hold = 0, slow = 1 }: EnvelopeOptions): void {
    this.#attack = attack;
    this.#release = release;
    this.#settings[9] = hold;
    this.#settings[10] = slow;
    this.#keepStable();
  }

  setCurve({ thresholdDb, slope, kneeDb, rangeDb = UNBOUNDED_DB, mode }: CompressionCurve): void {
    const knee = kneeDb / DB_PER_OCTAVE;
    const ratio = 1 / (1 - slope);
    const settings = this.#settings;
    settings[0] = mode === 'up' ? -1 : 1;
    settings[1] = thresholdDb / DB_PER_OCTAVE;
    settings[2] = knee / 2;
    settings[3] = knee * (1 - slope / 2);
    settings[4] = knee > 0 ? (2 * slope) / knee : 0;
    settings[5] = ratio - 1;
    settings[6] = rangeDb / DB_PER_OCTAVE;
    this.#ratio = ratio;
    this.#keepStable();
  }

  #keepStable(): void {
    const least = 1 - 1 / this.#ratio;
    this.#settings[7] = Math.max(this.#attack, least);
    this.#settings[8] = Math.max(this.#release, least);
  }

  detect(input: Planar, frames: number): void {
    this.#level.detect(input, frames);
    this.#level.convert(0, frames);
  }

  reduce(at: number, frames: number): void {
    this.signals.forEach((signal, n) => {
      if (this.#kernels) {
        const state = this.#state.byteOffset + 8 * STATE * n;
        this.#kernels.feedbackReduction(state, signal.byteOffset + 8 * at, frames, this.#settings.byteOffset);
      } else this.#follow(signal, at, frames, STATE * n);
    });
    flushTiny(this.#state);
  }

  #follow(x: Float64Array, at: number, frames: number, n: number): void {
    const state = this.#state;
    const [side, threshold, halfKnee, kneeEnd, curvature, slope, range, attack, release, hold, slowness] =
      this.#settings;
    let [e, slow, held] = [state[n], state[n + 1], state[n + 2]];
    let reduction = slowness < 1 && slow > e ? slow : e;
    for (let i = at; i < at + frames; i++) {
      const u = side * (x[i] - reduction - threshold) + halfKnee;
      const bent = Math.min(Math.max(u, 0), kneeEnd);
      const k = (2 * bent) / (1 + Math.sqrt(1 - curvature * bent));
      const v = side * Math.min(k - bent + slope * Math.max(u - kneeEnd, 0), range);
      if (v >= e) {
        held = hold;
        e = attack * e + (1 - attack) * v;
      } else if (held > 0) held -= 1;
      else e = release * e + (1 - release) * v;
      slow = slowness * slow + (1 - slowness) * v;
      reduction = slowness < 1 && slow > e ? slow : e;
      x[i] = reduction;
    }
    state[n] = e;
    state[n + 1] = slow;
    state[n + 2] = held;
  }
}
