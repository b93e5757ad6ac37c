import type { Planar } from '../audio/block.ts';
import { Envelope } from './envelope.ts';
import type { Kernels, StateMemory } from './kernel-memory.ts';
import { channelLevel, loudestLevel, squares } from './level.ts';
import { SlidingMax } from './sliding-max.ts';

/** A peak is held for half a period of 250 Hz: long enough to bridge zero crossings, too short to blur the timing. */
const PEAK_HOLD_MS = 2;

/** Frames for which a dynamics stage's detector holds a peak, at least 1. */
export const peakHoldFrames = (sampleRate: number): number =>
  Math.max(1, Math.round((PEAK_HOLD_MS / 1000) * sampleRate));

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
  /** Mean squares, one a channel; empty for peak. */
  readonly powers: readonly Float64Array[];
  readonly #kernels: Kernels | null;
  readonly #holds: readonly SlidingMax[];
  readonly #average: Envelope;
  readonly #smoother: Envelope;
  readonly #loudest: boolean;

  constructor(state: StateMemory, { channels, maxFrames, detection, link, hold }: LevelDetectorOptions) {
    const { memory } = state;
    this.#kernels = memory.kernels;
    // The loudest magnitude rules all channels alike, so one detector does for all.
    this.#loudest = link === 1;
    this.peaks = detection === 'peak' ? memory.planar(this.#loudest ? 1 : channels, maxFrames) : [];
    this.#holds = this.peaks.map(() => new SlidingMax(state, hold));
    const averages = detection === 'rms' ? channels : 0;
    this.powers = Array.from({ length: averages }, () => memory.f64(maxFrames));
    this.#average = new Envelope(state, averages);
    this.#smoother = new Envelope(state, averages);
  }

  /**
   * Time constant of the mean square, as a smoothing coefficient. Two poles of half the time each, whose coefficient
   * is the square, are as late as a single one and leave the square of its ripple: 0.4 % at 250 Hz and 10 ms.
   */
  setWindow(coefficient: number): void {
    const half = coefficient * coefficient;
    this.#average.set(half, half);
    this.#smoother.set(half, half);
  }

  /** Measures the first `frames` frames of the input. */
  detect(input: Planar, frames: number): void {
    for (let n = 0; n < this.powers.length; n++) squares(this.#kernels, input[n], this.powers[n], frames);
    this.#average.process(this.powers, frames);
    this.#smoother.process(this.powers, frames);
    for (let n = 0; n < this.peaks.length; n++) {
      if (this.#loudest) loudestLevel(this.#kernels, input, this.peaks[n], frames);
      else channelLevel(this.#kernels, input[n], this.peaks[n], frames);
      this.#holds[n].process(this.peaks[n], frames);
    }
  }
}
