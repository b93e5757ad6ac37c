import type { Planar } from '../../audio/block.ts';
import { flushTiny } from '../denormal.ts';
import type { Kernels, StateMemory } from '../kernel-memory.ts';
import { channelLevel, loudestLevel, squares } from '../levels/level.ts';
import { SlidingMax } from '../levels/sliding-max.ts';
import { Envelope } from './envelope.ts';

/** A peak is held for half a period of 250 Hz: long enough to bridge zero crossings, too short to blur the timing. */
const PEAK_HOLD_MS = 2;

/** Frames for which a dynamics stage's detector holds a peak, at least 1. */
export const peakHoldFrames = (sampleRate: number): number =>
  Math.max(1, Math.round((PEAK_HOLD_MS / 1000) * sampleRate));

/** What is fixed while a detector runs. */
export interface LevelDetectorOptions {
  readonly channels: number;
  readonly maxFrames: number;
  /** Level: the held peak, or the root of a mean of squares. */
  readonly detection: 'peak' | 'rms';
  /** How far channels follow the loudest: 0 each by itself, 1 all alike. */
  readonly link: number;
  /** Frames for which a peak is held. */
  readonly hold: number;
}

/** Measures how loud audio is, frame by frame. */
export class LevelDetector {
  /** Held magnitudes, one a channel or with link 1 that of the loudest; empty for rms. */
  readonly peaks: readonly Float32Array[];
  /** Mean squares, one a channel or with link 1 that of the loudest; empty for peak. */
  readonly powers: readonly Float64Array[];
  readonly #kernels: Kernels | null;
  readonly #holds: readonly SlidingMax[];
  readonly #average: Envelope;
  readonly #smoother: Envelope;
  readonly #loudest: boolean;
  /** With link 1 the states of both poles, pair by pair of channels, and their coefficient. */
  readonly #firstPole: Float64Array;
  readonly #secondPole: Float64Array;
  #keep = 0;

  constructor(state: StateMemory, { channels, maxFrames, detection, link, hold }: LevelDetectorOptions) {
    const { memory } = state;
    this.#kernels = memory.kernels;
    // The loudest magnitude rules all channels alike, so one detector does for all.
    this.#loudest = link === 1;
    this.peaks = detection === 'peak' ? memory.planar(this.#loudest ? 1 : channels, maxFrames) : [];
    this.#holds = this.peaks.map(() => new SlidingMax(state, hold));
    const averages = detection === 'rms' ? channels : 0;
    const apart = this.#loudest ? 0 : averages;
    const pairs = this.#loudest ? Math.ceil(averages / 2) : 0;
    this.powers = Array.from({ length: Math.max(apart, Math.min(1, pairs)) }, () => memory.f64(maxFrames));
    this.#average = new Envelope(state, apart);
    this.#smoother = new Envelope(state, apart);
    this.#firstPole = state.f64(2 * pairs);
    this.#secondPole = state.f64(2 * pairs);
  }

  /**
   * Time constant of the mean square, as a smoothing coefficient. Two poles of half the time each, whose coefficient
   * is the square, are as late as a single one and leave the square of its ripple: 0.4 % at 250 Hz and 10 ms.
   */
  setWindow(coefficient: number): void {
    const half = coefficient * coefficient;
    this.#keep = half;
    this.#average.set(half, half);
    this.#smoother.set(half, half);
  }

  /** Measures the first `frames` frames of the input. */
  detect(input: Planar, frames: number): void {
    if (this.#loudest) this.#loudestPower(input, frames);
    else this.#powersOf(input, frames);
    for (let n = 0; n < this.peaks.length; n++) {
      if (this.#loudest) loudestLevel(this.#kernels, input, this.peaks[n], frames);
      else channelLevel(this.#kernels, input[n], this.peaks[n], frames);
      this.#holds[n].process(this.peaks[n], frames);
    }
  }

  #powersOf(input: Planar, frames: number): void {
    for (let n = 0; n < this.powers.length; n++) squares(this.#kernels, input[n], this.powers[n], frames);
    this.#average.process(this.powers, frames);
    this.#smoother.process(this.powers, frames);
  }

  #loudestPower(input: Planar, frames: number): void {
    const average = this.#firstPole;
    const smoother = this.#secondPole;
    for (let n = 0; n < average.length; n += 2) {
      const x = input[n];
      const y = input[Math.min(n + 1, input.length - 1)];
      if (this.#kernels) {
        this.#kernels.loudestMeanSquare(
          average.byteOffset + 8 * n,
          smoother.byteOffset + 8 * n,
          x.byteOffset,
          y.byteOffset,
          frames,
          this.#keep,
          this.powers[0].byteOffset,
          n > 0 ? 1 : 0,
        );
      } else this.#followPair(x, y, n, frames);
    }
    flushTiny(average);
    flushTiny(smoother);
  }

  /** Mean squares of two channels, whose poles stand at index `n` on; the largest. Kernel: `loudestMeanSquare`. */
  #followPair(x: Float32Array, y: Float32Array, n: number, frames: number): void {
    const average = this.#firstPole;
    const smoother = this.#secondPole;
    const power = this.powers[0];
    const keep = this.#keep;
    for (let i = 0; i < frames; i++) {
      let top = n > 0 ? power[i] : 0;
      for (const lane of [n, n + 1]) {
        const value = lane === n ? x[i] : y[i];
        average[lane] = keep * average[lane] + (1 - keep) * (value * value);
        smoother[lane] = keep * smoother[lane] + (1 - keep) * average[lane];
        top = Math.max(top, smoother[lane]);
      }
      power[i] = top;
    }
  }
}
