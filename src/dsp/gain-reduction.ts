import type { Planar } from '../audio/block.ts';
import { Envelope } from './envelope.ts';
import { type CompressionCurve, GainComputer } from './gain-computer.ts';
import type { Kernels, StateMemory } from './kernel-memory.ts';
import { channelLevel, loudestLevel, squares } from './level.ts';
import { SlidingMax } from './sliding-max.ts';

interface GainReductionOptions {
  readonly channels: number;
  readonly maxFrames: number;
  /** Level: the held peak, or the root of a one-pole mean of squares. */
  readonly detection: 'peak' | 'rms';
  /** How far channels follow the loudest: 0 each by itself, 1 all alike. */
  readonly link: number;
  /** Frames for which a peak is held. */
  readonly hold: number;
}

/** From audio to the reduction that a static curve asks for, before any smoothing in time. */
export class GainReduction {
  /** Reductions in log2 units: one a channel, or a single one for all with link 1. */
  readonly signals: readonly Float64Array[];
  readonly #kernels: Kernels | null;
  readonly #detection: 'peak' | 'rms';
  readonly #link: number;
  readonly #computer: GainComputer;
  readonly #levels: readonly Float32Array[];
  readonly #holds: readonly SlidingMax[];
  readonly #average: Envelope;
  /** Reductions of every channel; `signals` shows the first alone when all are alike. */
  readonly #own: readonly Float64Array[];
  readonly #largest: Float64Array;

  constructor(state: StateMemory, { channels, maxFrames, detection, link, hold }: GainReductionOptions) {
    const { memory } = state;
    // The loudest magnitude rules all channels alike, so one detector does for all.
    const detectors = detection === 'peak' && link === 1 ? 1 : channels;
    this.#kernels = memory.kernels;
    this.#detection = detection;
    this.#link = link;
    this.#computer = new GainComputer(memory.kernels);
    this.#levels = detection === 'peak' ? memory.planar(detectors, maxFrames) : [];
    this.#holds = this.#levels.map(() => new SlidingMax(state, hold));
    this.#average = new Envelope(state, detection === 'rms' ? channels : 0);
    this.#own = Array.from({ length: detectors }, () => memory.f64(maxFrames));
    this.#largest = memory.f64(link > 0 && detectors > 1 ? maxFrames : 0);
    this.signals = link === 1 ? this.#own.slice(0, 1) : this.#own;
  }

  setCurve(curve: CompressionCurve): void {
    this.#computer.set(curve);
  }

  /** Time constant of the mean square, as a smoothing coefficient. */
  setWindow(coefficient: number): void {
    this.#average.set(coefficient, coefficient);
  }

  /** Measures the first `frames` frames of the input. */
  detect(input: Planar, frames: number): void {
    if (this.#detection === 'rms') {
      for (let n = 0; n < input.length; n++) squares(this.#kernels, input[n], this.#own[n], frames);
      this.#average.process(this.#own, frames);
      return;
    }
    for (let n = 0; n < this.#levels.length; n++) {
      if (this.#link === 1) loudestLevel(this.#kernels, input, this.#levels[n], frames);
      else channelLevel(this.#kernels, input[n], this.#levels[n], frames);
      this.#holds[n].process(this.#levels[n], frames);
    }
  }

  /** Applies the curve to frames `at` to `at + frames` of what was measured. */
  reduce(at: number, frames: number): void {
    for (let n = 0; n < this.#own.length; n++) {
      if (this.#detection === 'rms') this.#computer.fromPower(this.#own[n], at, frames);
      else this.#computer.fromLevel(this.#levels[n], this.#own[n], at, frames);
    }
    if (this.#link > 0 && this.#own.length > 1) this.#draw(at, frames);
  }

  /** Draws every reduction towards the largest. */
  #draw(at: number, frames: number): void {
    const top = this.#largest;
    for (let n = 0; n < this.#own.length; n++) {
      if (this.#kernels) {
        const { byteOffset } = this.#own[n];
        this.#kernels.mergeLargest(top.byteOffset + 8 * at, byteOffset + 8 * at, frames, n > 0 ? 1 : 0);
      } else {
        const own = this.#own[n];
        for (let i = at; i < at + frames; i++) top[i] = n > 0 ? Math.max(top[i], own[i]) : own[i];
      }
    }
    for (const own of this.signals) {
      if (this.#kernels) {
        this.#kernels.drawTowards(own.byteOffset + 8 * at, top.byteOffset + 8 * at, frames, this.#link);
      } else {
        for (let i = at; i < at + frames; i++) own[i] += this.#link * (top[i] - own[i]);
      }
    }
  }
}
