import type { Planar } from '../audio/block.ts';
import { DelayLine } from '../dsp/delay/delay-line.ts';
import { dbToGain } from '../dsp/elementary.ts';
import { addScaled, copyPlanar } from '../dsp/gain/gain.ts';
import type { Kernels, StateMemory } from '../dsp/kernel-memory.ts';

/** The output of an entry, or what comes in: its arrays and how late it is. */
export interface Wire {
  readonly channels: Planar;
  /** Frames behind what comes in. */
  readonly latency: number;
}

interface TapOptions {
  readonly state: StateMemory;
  readonly wire: Wire;
  /** -Infinity for a wire that is there for its latency alone. */
  readonly gainDb: number;
  /** Frames by which it is held back. */
  readonly delay: number;
  readonly maxFrames: number;
}

/** A signal on its way into a node or out of the graph: its wire, its gain, and the delay that aligns it with the others. */
export class Tap {
  readonly #kernels: Kernels | null;
  readonly #wire: Wire;
  readonly #gain: number;
  readonly #delay: DelayLine | null;
  readonly #delayed: Planar;

  constructor({ state, wire, gainDb, delay, maxFrames }: TapOptions) {
    const channels = wire.channels.length;
    this.#kernels = state.memory.kernels;
    this.#wire = wire;
    this.#gain = dbToGain(gainDb);
    this.#delay = delay > 0 ? new DelayLine(state, channels, delay) : null;
    this.#delayed = delay > 0 ? state.memory.planar(channels, maxFrames) : wire.channels;
  }

  /** Whether it hands over its wire as it is. */
  get plain(): boolean {
    return this.#delay === null && this.#gain === 1;
  }

  get channels(): Planar {
    return this.#wire.channels;
  }

  /** The aligned signal, before its gain. */
  read(frames: number): Planar {
    if (this.#delay) {
      copyPlanar(this.#kernels, this.#delayed, this.#wire.channels, frames);
      this.#delay.process(this.#delayed, frames);
    }
    return this.#delayed;
  }

  /** Writes to `target`, or adds to it. */
  write(target: Planar, frames: number, add: boolean): void {
    if (add && this.#gain === 0) return;
    const source = this.read(frames);
    if (!add && this.#gain === 1) {
      copyPlanar(this.#kernels, target, source, frames);
      return;
    }
    for (let n = 0; n < target.length; n++) {
      if (!add) target[n].fill(0, 0, frames);
      addScaled(this.#kernels, target[n], source[n], frames, this.#gain);
    }
  }
}
