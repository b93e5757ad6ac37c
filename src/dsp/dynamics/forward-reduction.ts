import type { Planar } from '../../audio/block.ts';
import type { StateMemory } from '../kernel-memory.ts';
import { Envelope, type EnvelopeOptions } from './envelope.ts';
import type { CompressionCurve } from './gain-computer.ts';
import { GainReduction } from './gain-reduction.ts';
import type { LevelDetectorOptions } from './level-detector.ts';

/** From audio to a compressor's reduction, smoothed in time. */
export interface SmoothedReduction {
  /** Reductions in log2 units: one a channel, or a single one for all with link 1. */
  readonly signals: readonly Float64Array[];
  /** Time constant of the mean square, as a smoothing coefficient. */
  setWindow(coefficient: number): void;
  /** Coefficients while the reduction grows and while it fades. */
  setTimes(attack: number, release: number, options?: EnvelopeOptions): void;
  setCurve(curve: CompressionCurve): void;
  /** Measures the first `frames` frames of the input. */
  detect(input: Planar, frames: number): void;
  /** Leaves in `signals` the reduction for frames `at` to `at + frames` of what was measured. */
  reduce(at: number, frames: number): void;
}

/** Feed-forward: the detector hears what comes in. */
export class ForwardReduction implements SmoothedReduction {
  readonly #reduction: GainReduction;
  readonly #smoothing: Envelope;

  constructor(state: StateMemory, options: LevelDetectorOptions) {
    this.#reduction = new GainReduction(state, options);
    this.#smoothing = new Envelope(state, this.signals.length);
  }

  get signals(): readonly Float64Array[] {
    return this.#reduction.signals;
  }

  setWindow(coefficient: number): void {
    this.#reduction.setWindow(coefficient);
  }

  setTimes(attack: number, release: number, options?: EnvelopeOptions): void {
    this.#smoothing.set(attack, release, options);
  }

  setCurve(curve: CompressionCurve): void {
    this.#reduction.setCurve(curve);
  }

  detect(input: Planar, frames: number): void {
    this.#reduction.detect(input, frames);
  }

  reduce(at: number, frames: number): void {
    this.#reduction.reduce(at, frames);
    this.#smoothing.process(this.signals, frames, at);
  }
}
