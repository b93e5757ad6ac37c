import type { Planar } from '../../audio/block.ts';
import type { StateMemory } from '../kernel-memory.ts';
import { ChannelLink } from './channel-link.ts';
import { LevelDetector, type LevelDetectorOptions } from './level-detector.ts';

/** From linear levels to signals in log2 units, over frames `at` to `at + frames`. */
export interface LevelConversion {
  fromLevel(level: Float32Array, out: Float64Array, at: number, frames: number): void;
  /** From a mean square, in place. */
  fromPower(power: Float64Array, at: number, frames: number): void;
}

/** Measures audio, converts its levels and draws the channels together. */
export class LinkedDetector {
  readonly #detector: LevelDetector;
  readonly #conversion: LevelConversion;
  /** Of every channel, or of the loudest. */
  readonly #own: readonly Float64Array[];
  readonly #link: ChannelLink;

  constructor(state: StateMemory, options: LevelDetectorOptions, conversion: LevelConversion) {
    const { memory } = state;
    this.#detector = new LevelDetector(state, options);
    this.#conversion = conversion;
    const { peaks, powers } = this.#detector;
    this.#own = powers.length > 0 ? powers : peaks.map(() => memory.f64(options.maxFrames));
    this.#link = new ChannelLink(memory, this.#own, options);
  }

  /** What was converted, in log2 units: one a channel, or a single one for all with link 1. */
  get signals(): readonly Float64Array[] {
    return this.#link.signals;
  }

  /** Time constant of the mean square, as a smoothing coefficient. */
  setWindow(coefficient: number): void {
    this.#detector.setWindow(coefficient);
  }

  /** Measures the first `frames` frames of the input. */
  detect(input: Planar, frames: number): void {
    this.#detector.detect(input, frames);
  }

  /** Converts frames `at` to `at + frames` of what was measured, into `signals`. */
  convert(at: number, frames: number): void {
    const { peaks, powers } = this.#detector;
    for (let n = 0; n < peaks.length; n++) {
      this.#conversion.fromLevel(peaks[n], this.#own[n], at, frames);
    }
    for (let n = 0; n < powers.length; n++) this.#conversion.fromPower(powers[n], at, frames);
    this.#link.draw(at, frames);
  }
}
