import type { Planar } from '../../audio/block.ts';
import type { Kernels, StateMemory } from '../kernel-memory.ts';
import { fastLog2 } from '../log-domain.ts';
import { ChannelLink } from './channel-link.ts';
import { LevelDetector, type LevelDetectorOptions } from './level-detector.ts';

/** Audio's level in log2 units, frame by frame; silence is -332 (log2 of 1e-100), for rms half of that. */
export class LogLevel {
  readonly #kernels: Kernels | null;
  readonly #detector: LevelDetector;
  readonly #own: readonly Float64Array[];
  readonly #link: ChannelLink;

  constructor(state: StateMemory, options: LevelDetectorOptions) {
    const { memory } = state;
    this.#kernels = memory.kernels;
    this.#detector = new LevelDetector(state, options);
    const { peaks, powers } = this.#detector;
    this.#own = powers.length > 0 ? powers : peaks.map(() => memory.f64(options.maxFrames));
    this.#link = new ChannelLink(memory, this.#own, options);
  }

  /** Levels: one a channel, or a single one for all with link 1. */
  get signals(): readonly Float64Array[] {
    return this.#link.signals;
  }

  /** Time constant of the mean square, as a smoothing coefficient. */
  setWindow(coefficient: number): void {
    this.#detector.setWindow(coefficient);
  }

  /** Measures the first `frames` frames of the input. */
  detect(input: Planar, frames: number): void {
    const { peaks, powers } = this.#detector;
    this.#detector.detect(input, frames);
    for (let n = 0; n < peaks.length; n++) this.#fromPeak(peaks[n], this.#own[n], frames);
    for (const power of powers) this.#fromPower(power, frames);
    this.#link.draw(0, frames);
  }

  #fromPeak(peak: Float32Array, level: Float64Array, frames: number): void {
    if (this.#kernels) {
      this.#kernels.logFromPeak(peak.byteOffset, level.byteOffset, frames);
      return;
    }
    for (let i = 0; i < frames; i++) level[i] = fastLog2(Math.max(peak[i], 1e-100));
  }

  #fromPower(power: Float64Array, frames: number): void {
    if (this.#kernels) {
      this.#kernels.logFromPower(power.byteOffset, frames);
      return;
    }
    for (let i = 0; i < frames; i++) power[i] = 0.5 * fastLog2(Math.max(power[i], 1e-100));
  }
}
