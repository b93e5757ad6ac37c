import type { Planar } from '../../audio/block.ts';
import type { StateMemory } from '../kernel-memory.ts';
import { Envelope, type EnvelopeOptions } from './envelope.ts';
import { type CompressionCurve, GainComputer } from './gain-computer.ts';
import type { LevelDetectorOptions } from './level-detector.ts';
import { LinkedDetector } from './linked-detector.ts';

/** From audio to a compressor's reduction, smoothed in time. */
export interface SmoothedReduction {
  /** Reductions in log2 units: one a channel, or a single one for all with link 1. */
  readonly signals: readonly Float64Array[];
  /** Time constant of the mean square, as a smoothing coefficient. */
  setWindow(coefficient: number): void;
  /** Coefficients while the reduction grows and while it fades. */
  setTimes(attack: number, release: number, options: EnvelopeOptions): void;
  setCurve(curve: CompressionCurve): void;
  /** Measures the first `frames` frames of the input. */
  detect(input: Planar, frames: number): void;
  /** Leaves in `signals` the reduction for frames `at` to `at + frames` of what was measured. */
  reduce(at: number, frames: number): void;
}

/** Feed-forward: the detector hears what comes in. */
export class ForwardReduction implements SmoothedReduction {
  readonly #computer: GainComputer;
  readonly #detector: LinkedDetector;
  readonly #smoothing: Envelope;

  constructor(state: StateMemory, options: LevelDetectorOptions) {
    this.#computer = new GainComputer(state.memory.kernels);
    this.#detector = new LinkedDetector(state, options, this.#computer);
    this.#smoothing = new Envelope(state, this.signals.length);
  }

  get signals(): readonly Float64Array[] {
    return this.#detector.signals;
  }

  setWindow(coefficient: number): void {
    this.#detector.setWindow(coefficient);
  }

  setTimes(attack: number, release: number, options: EnvelopeOptions): void {
    this.#smoothing.set(attack, release, options);
  }

  setCurve(curve: CompressionCurve): void {
    this.#computer.set(curve);
  }

  detect(input: Planar, frames: number): void {
    this.#detector.detect(input, frames);
  }

  reduce(at: number, frames: number): void {
    this.#detector.convert(at, frames);
    this.#smoothing.process(this.signals, frames, at);
  }
}
