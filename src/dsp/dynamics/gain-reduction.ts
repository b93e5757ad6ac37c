import type { Planar } from '../../audio/block.ts';
import type { StateMemory } from '../kernel-memory.ts';
import { ChannelLink } from './channel-link.ts';
import { type CompressionCurve, GainComputer } from './gain-computer.ts';
import { LevelDetector, type LevelDetectorOptions } from './level-detector.ts';

/** From audio to the reduction that a static curve asks for, before any smoothing in time. */
export class GainReduction {
  readonly #detector: LevelDetector;
  readonly #computer: GainComputer;
  /** Reductions of every channel, or of the loudest. */
  readonly #own: readonly Float64Array[];
  readonly #link: ChannelLink;

  constructor(state: StateMemory, options: LevelDetectorOptions) {
    const { memory } = state;
    this.#detector = new LevelDetector(state, options);
    this.#computer = new GainComputer(memory.kernels);
    const { peaks, powers } = this.#detector;
    this.#own = powers.length > 0 ? powers : peaks.map(() => memory.f64(options.maxFrames));
    this.#link = new ChannelLink(memory, this.#own, options);
  }

  /** Reductions in log2 units: one a channel, or a single one for all with link 1. */
  get signals(): readonly Float64Array[] {
    return this.#link.signals;
  }

  setCurve(curve: CompressionCurve): void {
    this.#computer.set(curve);
  }

  /** Time constant of the mean square, as a smoothing coefficient. */
  setWindow(coefficient: number): void {
    this.#detector.setWindow(coefficient);
  }

  /** Measures the first `frames` frames of the input. */
  detect(input: Planar, frames: number): void {
    this.#detector.detect(input, frames);
  }

  /** Applies the curve to frames `at` to `at + frames` of what was measured. */
  reduce(at: number, frames: number): void {
    const { peaks, powers } = this.#detector;
    for (let n = 0; n < peaks.length; n++) this.#computer.fromLevel(peaks[n], this.#own[n], at, frames);
    for (let n = 0; n < powers.length; n++) this.#computer.fromPower(powers[n], at, frames);
    this.#link.draw(at, frames);
  }
}
