import type { Planar } from '../../audio/block.ts';
import type { StateMemory } from '../kernel-memory.ts';
import { DB_PER_OCTAVE, fastExp2 } from '../log-domain.ts';
import { applyGain, gainFromReduction, multiply } from './gain.ts';
import { LinearRamp, type RampSpan } from './ramp.ts';

/**
 * A gain that glides to its new value along a straight line in dB, so that two of them which cancel each other
 * do so all the way.
 */
export class DecibelGain {
  readonly #state: StateMemory;
  /** In log2 units. */
  readonly #ramp: LinearRamp;
  readonly #gains: Float64Array;
  readonly #steady: RampSpan = { frames: 0, start: 1, step: 0, index: 0 };

  /** `length` in frames; `process` takes at most `maxFrames`. */
  constructor(state: StateMemory, length: number, maxFrames: number) {
    this.#state = state;
    this.#ramp = new LinearRamp(state, length);
    this.#gains = state.memory.f64(maxFrames);
  }

  /** Stands at a gain at once, or with `glide` goes there. */
  set(gainDb: number, glide: boolean): void {
    const gain = gainDb / DB_PER_OCTAVE;
    this.#ramp.set(gain, glide);
  }

  /** In place. */
  process(channels: Planar, frames: number): void {
    const { kernels } = this.#state.memory;
    if (!this.#ramp.gliding) {
      this.#steady.frames = frames;
      this.#steady.start = fastExp2(this.#ramp.target);
      for (const channel of channels) applyGain(kernels, channel, 0, this.#steady);
      return;
    }
    this.#gains.fill(0, 0, frames);
    for (let at = 0; at < frames; ) {
      const span = this.#ramp.take(frames - at);
      gainFromReduction(kernels, this.#gains, at, span);
      at += span.frames;
    }
    for (const channel of channels) multiply(kernels, channel, this.#gains, frames);
  }
}
